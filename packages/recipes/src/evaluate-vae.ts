import { countActiveUnits, measureVaeBound, type Vae } from '@tintype/autoencoders';
import type { tf } from '@tintype/core-tensor';
import { bitsPerDim } from '@tintype/metrics';
import { binarize } from './binarize.ts';
import type { ImageSource } from './image-source.ts';
import type { DigitFigures } from './measure-digits.ts';
import { estimateNegativeLogLikelihood } from './negative-log-likelihood.ts';
import type { EvaluateRequest } from './recipe.ts';
import { createSourceReference } from './source-reference.ts';

/** All in nats per image, of all held-out images. */
type VaeLikelihoodFigures = {
  /** −ELBO = reconstruction + kl of grey digits, the levels taken as probabilities. */
  readonly negativeElbo: number;
  readonly reconstruction: number;
  readonly kl: number;
  /** Mean squared difference of pixels in [0, 1] between an image and the decoded mean of its code. */
  readonly reconstructionMse: number;
  /** Latent numbers whose mean code has a variance above 0.01 over them. */
  readonly activeUnits: number;
};

/** The same of images that were binarised once, each pixel white with its grey level's probability. */
type BinarizedFigures = {
  readonly binarizedNegativeElbo: number;
  readonly binarizedReconstruction: number;
  readonly binarizedKl: number;
  /** −log p(x) by importance sampling, 1, 5 and 50 codes of each of the first 1 000 images; the bound of the same. */
  readonly iwae1: number;
  readonly iwae5: number;
  readonly negativeLogLikelihood: number;
  readonly negativeElboOfThose: number;
  /** `negativeLogLikelihood` in bits per pixel. */
  readonly bitsPerDim: number;
};

export type VaeFigures = VaeLikelihoodFigures & Partial<BinarizedFigures> & Partial<DigitFigures>;

type Request = Omit<EvaluateRequest<object>, 'options' | 'count'>;

const importanceDigits = 1000;
const importanceSamples = 50;

/**
 * `samples` are those of the model. Binarised figures are of a Bernoulli likelihood only, those of the samples of a source
 * that a network reads.
 */
export async function evaluateVae(
  model: Vae,
  source: ImageSource,
  samples: AsyncIterable<tf.Tensor4D>,
  { files, rng, signal, onScore }: Request,
): Promise<VaeFigures> {
  const { imageSize, likelihood } = model.config;
  const options = { files, imageSize, ...(signal && { signal }), ...(onScore && { onScore }) };
  const { heldBatches, measure, dispose } = await createSourceReference(source, options);
  try {
    const bound = await measureVaeBound(model, heldBatches(), rng.fork('bound'));
    const { negativeElbo, reconstruction, kl, reconstructionMse } = bound;
    const likelihoods = { negativeElbo, reconstruction, kl, reconstructionMse };
    const isBinary = likelihood === 'bernoulli';
    const drawn = await measure(samples, rng.fork('digits'));
    return {
      ...likelihoods,
      activeUnits: countActiveUnits(bound),
      ...(isBinary && (await measureBinarized(model, heldBatches, rng))),
      ...drawn,
    };
  } finally {
    dispose();
  }
}

async function measureBinarized(
  model: Vae,
  digits: (count?: number) => AsyncIterable<tf.Tensor4D>,
  rng: Request['rng'],
): Promise<BinarizedFigures> {
  const { imageSize, channels } = model.config;
  const binary = (count?: number) => binarize(digits(count));
  const whole = await measureVaeBound(model, binary(), rng.fork('binarized-bound'));
  const some = await measureVaeBound(model, binary(importanceDigits), rng.fork('binarized-bound'));
  const estimate = (samples: number) =>
    estimateNegativeLogLikelihood(model, binary(importanceDigits), { samples, rng: rng.fork('importance') });
  const [iwae1, iwae5, nats] = [await estimate(1), await estimate(5), await estimate(importanceSamples)];
  return {
    binarizedNegativeElbo: whole.negativeElbo,
    binarizedReconstruction: whole.reconstruction,
    binarizedKl: whole.kl,
    iwae1,
    iwae5,
    negativeLogLikelihood: nats,
    negativeElboOfThose: some.negativeElbo,
    bitsPerDim: bitsPerDim(nats, imageSize ** 2 * channels),
  };
}
