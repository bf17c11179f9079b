import { tf } from '@tintype/core-tensor';
import { fidTo } from './fid-to.ts';
import type { ImageSource } from './image-source.ts';
import type { LatentDiffusion } from './latent-diffusion.ts';
import type { DigitFigures } from './measure-digits.ts';
import { measureReconstruction, type ReconstructionFigures } from './measure-reconstruction.ts';
import { measureNoiseError } from './noise-error.ts';
import type { EvaluateRequest } from './recipe.ts';
import { createSourceReference } from './source-reference.ts';

export type LatentDiffusionFigures = ReconstructionFigures &
  Partial<DigitFigures> & {
    /** Mean squared error of the predicted noise in the latents of 500 held-out images, each at ten timesteps; 1 knows nothing. */
    readonly noiseError: number;
    /** What latents are multiplied by, 1 ÷ their standard deviation. */
    readonly latentScale: number;
    /** Standard deviation of the held-out images' scaled latents, about 1. */
    readonly latentDeviation: number;
    /** FID-LeNet of as many held-out images through the first stage: what no denoiser can better. */
    readonly fidReconstruction?: number;
  };

type Batches = AsyncIterable<tf.Tensor4D>;

const noisedImages = 500;

/** `samples` are those of the model. Figures of samples are there where a network reads the source. */
export async function evaluateLatentDiffusion(
  { firstStage, denoiser }: LatentDiffusion,
  source: ImageSource,
  samples: Batches,
  { count, files, rng, signal, onScore }: Omit<EvaluateRequest<object>, 'options'>,
): Promise<LatentDiffusionFigures> {
  const told = { ...(signal && { signal }), ...(onScore && { onScore }) };
  const { imageSize } = firstStage.config;
  const against = await createSourceReference(source, { files, imageSize, ...told });
  const { heldBatches, measure, reference, dispose } = against;
  const reconstruct = (images: tf.Tensor4D) => tf.tidy(() => firstStage.decode(firstStage.encode(images)));
  try {
    const noise = { schedule: denoiser.schedule, rng: rng.fork('noise') };
    const latents = () => mapBatches(heldBatches(noisedImages), firstStage.encodeScaled);
    return {
      noiseError: (await measureNoiseError(denoiser, latents(), noise)).mean,
      latentScale: (await firstStage.codec()).scale,
      latentDeviation: await deviationOf(latents()),
      ...(await measureReconstruction(reconstruct, heldBatches())),
      ...(reference && {
        fidReconstruction: await fidTo(reference, mapBatches(heldBatches(count), reconstruct)),
      }),
      ...(await measure(samples, rng.fork('digits'))),
    };
  } finally {
    dispose();
  }
}

/** Frees what it is given, and gives what the consumer frees. */
async function* mapBatches(
  batches: Batches,
  change: (images: tf.Tensor4D) => tf.Tensor4D,
): AsyncGenerator<tf.Tensor4D> {
  for await (const images of batches) {
    const changed = change(images);
    images.dispose();
    yield changed;
  }
}

/** Of all numbers of all batches, about their mean; frees each. */
async function deviationOf(batches: Batches): Promise<number> {
  const sums = [0, 0, 0];
  for await (const values of batches) {
    const [sum, squares] = [values.sum(), values.square().sum()];
    sums[0]! += values.size;
    sums[1]! += (await sum.data())[0]!;
    sums[2]! += (await squares.data())[0]!;
    tf.dispose([values, sum, squares]);
  }
  const [count, sum, squares] = sums as [number, number, number];
  return Math.sqrt(squares / count - (sum / count) ** 2);
}
