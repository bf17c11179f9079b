import { createRandomStream, tf } from '@tintype/core-tensor';
import { type Denoiser, invertDdim, type NoiseSchedule, sampleDdim } from '@tintype/diffusion';

export interface InversionErrorOptions {
  /** Steps of each way, 1 to the training timesteps. */
  readonly numInferenceSteps: number;
  /** Which image's noise each one is made of again. @default its own */
  readonly noiseOf?: readonly number[];
  readonly signal?: AbortSignal;
}

/**
 * Images [n, h, w, c] in [-1, 1] to their noise by the inversion of DDIM and back (Song et al. 2021, section 5.4): the mean
 * squared difference of pixels in [0, 1]. Borrows the images.
 */
export async function inversionError(
  model: Denoiser & { readonly schedule: NoiseSchedule },
  images: tf.Tensor4D,
  { noiseOf, ...options }: InversionErrorOptions,
): Promise<number> {
  const [count, ...shape] = images.shape;
  const noise = await invertDdim(model, model.schedule, images, options);
  const initialNoise = noiseOf ? tf.tidy(() => tf.gather(noise, tf.tensor1d([...noiseOf], 'int32'))) : noise;
  const rng = createRandomStream('inversionError');
  const asked = { ...options, shape, count, rng, initialNoise, clipDenoised: false };
  const copies = await sampleDdim(model, model.schedule, asked);
  const error = tf.tidy(() => tf.squaredDifference(copies.clipByValue(-1, 1), images).mean().div(4));
  const [value] = await error.data();
  tf.dispose([noise, initialNoise, copies, error]);
  return value!;
}
