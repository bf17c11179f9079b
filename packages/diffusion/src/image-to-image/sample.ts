import { assertShape, tf } from '@tintype/core-tensor';
import type { Denoiser, SamplerStep } from '../denoiser.ts';
import { runSampler, type SampleOptions, type SamplerPlan } from '../samplers/run-sampler.ts';
import { latePlan } from './late-plan.ts';

// Image to image: noise an image part of the way, and let a trained network remove the noise again.
// Meng et al. (2021), "SDEdit: Guided Image Synthesis and Editing with Stochastic Differential Equations", 2108.01073.
//   x_t = √ᾱ_t image + √(1 − ᾱ_t) ε at t = strength · T, then any sampler from t
// Differences from the paper: any sampler, deterministic ones too; noised once, not K times.

export interface ImageToImageOptions
  extends Omit<SampleOptions, 'shape' | 'count' | 'initialNoise' | 'clipDenoised'> {
  /**
   * Share of the steps that are taken, 0 … 1: at 0 the image comes back as it is, at 1 hardly anything of it is left.
   * @default 0.5
   */
  readonly strength?: number;
}

/**
 * Images [n, h, w, c] in [-1, 1] → images like them that the denoiser could have made, [n, h, w, c]. `plan` is that of any
 * sampler (`ddimPlan`, `heunPlan`, `flowPlan`, …). The noise of sample i is a function of `rng` and `firstIndex + i`.
 * Throws `E_CONFIG` for a strength outside 0 … 1, `E_SHAPE` unless the images have rank 4, `E_ABORTED` when the signal fires.
 */
export async function sampleImageToImage<Step extends SamplerStep>(
  denoiser: Denoiser,
  plan: SamplerPlan<Step>,
  images: tf.Tensor4D,
  { strength = 0.5, ...options }: ImageToImageOptions,
): Promise<tf.Tensor4D> {
  assertShape(images, [null, null, null, null], 'sampleImageToImage: images');
  const late = latePlan(plan, strength);
  const [first] = late.steps;
  if (!first) return images.clone();
  const [count, ...shape] = images.shape;
  const { rng, firstIndex = 0 } = options;
  const noise = rng.fork('sample').fork('initial').normalRows(firstIndex, count, shape) as tf.Tensor4D;
  const initialNoise = noisedTo(first, denoiser, images, noise);
  try {
    return await runSampler(denoiser, late, { ...options, shape, count, initialNoise });
  } finally {
    tf.dispose([noise, initialNoise]);
  }
}

/** The state that a step starts from: x_t of the noise schedule, or for a flow the straight path's x_σ of equal SNR. */
function noisedTo(
  { alphaCumprod }: SamplerStep,
  { predictionType }: Denoiser,
  images: tf.Tensor4D,
  noise: tf.Tensor4D,
): tf.Tensor4D {
  const [signal, deviation] = [Math.sqrt(alphaCumprod), Math.sqrt(1 - alphaCumprod)];
  const sum = predictionType === 'flow' ? signal + deviation : 1;
  return tf.tidy(() => images.mul(signal / sum).add(noise.mul(deviation / sum)) as tf.Tensor4D);
}
