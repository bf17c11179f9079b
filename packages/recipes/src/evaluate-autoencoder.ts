import type { tf } from '@tintype/core-tensor';
import {
  type AutoencoderSampleOptions,
  type AutoencoderWithLatents,
  sampleFromLatents,
} from './autoencoder-with-latents.ts';
import { digitBatches } from './digit-batches.ts';
import { fidTo } from './fid-to.ts';
import type { ImageSource } from './image-source.ts';
import type { DigitFigures } from './measure-digits.ts';
import { measureReconstruction, type ReconstructionFigures } from './measure-reconstruction.ts';
import { pcaError } from './pca-error.ts';
import type { EvaluateRequest } from './recipe.ts';
import { createSourceReference } from './source-reference.ts';
import { untilAborted } from './until-aborted.ts';

export type AutoencoderFigures = ReconstructionFigures &
  Partial<DigitFigures> & {
    /** What is left by as many principal components of the first 10 000 training images; the ratio of the two errors. */
    readonly pcaMse: number;
    readonly mseOverPca: number;
    /** FID-LeNet of as many images of codes from the fitted normal distribution, and from N(0, I). */
    readonly fidNormalLatents?: number;
    readonly fidStandardLatents?: number;
  };

const trainingImages = 10_000;

/** Figures of samples are there where a network reads the source. */
export async function evaluateAutoencoder(
  model: AutoencoderWithLatents,
  source: ImageSource,
  { count, files, rng, signal, onScore, options }: EvaluateRequest<AutoencoderSampleOptions>,
): Promise<AutoencoderFigures> {
  const { imageSize, latentDim } = model.config;
  const against = await createSourceReference(source, {
    files,
    imageSize,
    ...(signal && { signal }),
    ...(onScore && { onScore }),
  });
  const { heldBatches, train, measure, reference, dispose } = against;
  const draw = (latents: AutoencoderSampleOptions['latents']): AsyncIterable<tf.Tensor4D> => {
    const request = { count, firstIndex: 0, rng, options: { ...options, latents } };
    return untilAborted(sampleFromLatents(model, request), signal);
  };
  try {
    const reconstruct = (images: tf.Tensor4D) => model.reconstruct(images);
    const reconstruction = await measureReconstruction(reconstruct, heldBatches());
    const pcaMse = await pcaError({
      train: untilAborted(digitBatches(train, { imageSize, count: trainingImages }), signal),
      held: heldBatches(),
      components: latentDim,
      rng: rng.fork('pca'),
    });
    return {
      ...reconstruction,
      pcaMse,
      mseOverPca: reconstruction.heldOutMse / pcaMse,
      ...(await measure(draw(options.latents), rng.fork('digits'))),
      ...(reference && {
        fidNormalLatents: await fidTo(reference, draw('normal')),
        fidStandardLatents: await fidTo(reference, draw('standard')),
      }),
    };
  } finally {
    dispose();
  }
}
