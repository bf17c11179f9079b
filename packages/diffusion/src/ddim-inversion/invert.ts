import { assertShape, createRandomStream, type tf } from '@tintype/core-tensor';
import type { Denoiser } from '../denoiser.ts';
import { flowHasNoSchedule, type NoiseSchedule } from '../noise-schedule/index.ts';
import { runSampler, type SampleOptions, type SamplerPlan } from '../samplers/run-sampler.ts';
import { assertInvertible, type DdimInversionConfig } from './config.ts';
import { type DdimInversionStep, ddimInversionSteps, stepDdimInversion } from './step.ts';

// Inversion of DDIM: the noise that a trained network would make a given image of.
// Song, Meng, Ermon (2021), "Denoising Diffusion Implicit Models", arXiv 2010.02502, section 4.3 (their eq. 13 run
// backwards); Dhariwal & Nichol (2021), 2105.05233, appendix F.
//   x_t = √ᾱ_t (x_s − √(1 − ᾱ_s) ε) / √ᾱ_s + √(1 − ᾱ_t) ε,   ε = ε_θ(x_s, t)
// Differences: ε may be asked again at the x_t it gives (`fixedPointIterations`); x̂_0 is never clipped.

export type InvertDdimOptions = DdimInversionConfig & Pick<SampleOptions, 'condition' | 'onStep' | 'signal'>;

/** The inversion before it runs. Throws `E_CONFIG` for impossible options. */
export function ddimInversionPlan(
  schedule: NoiseSchedule,
  config: DdimInversionConfig = {},
): SamplerPlan<DdimInversionStep> {
  return { steps: ddimInversionSteps(schedule, config), takeStep: stepDdimInversion };
}

/**
 * Images [n, h, w, c] in [-1, 1] → the x_T [n, h, w, c] that `sampleDdim` with the same timesteps, eta 0, `initialNoise` x_T
 * and `clipDenoised: false` makes them of again, with an error that falls as 1/S. Nothing is drawn.
 * Throws `E_CONFIG` for impossible options and where ε is predicted at ᾱ = 0, `E_SHAPE` unless the images have rank 4,
 * `E_ABORTED` when the signal fires.
 */
export async function invertDdim(
  denoiser: Denoiser,
  schedule: NoiseSchedule,
  images: tf.Tensor4D,
  options: InvertDdimOptions = {},
): Promise<tf.Tensor4D> {
  assertShape(images, [null, null, null, null], 'invertDdim: images');
  if (denoiser.predictionType === 'flow') throw flowHasNoSchedule('invertDdim');
  const plan = ddimInversionPlan(schedule, options);
  assertInvertible(
    denoiser,
    schedule,
    plan.steps.map(({ t }) => t),
  );
  const [count, ...shape] = images.shape;
  const { condition, onStep, signal } = options;
  return runSampler(denoiser, plan, {
    shape,
    count,
    rng: createRandomStream('invertDdim'),
    initialNoise: images,
    clipDenoised: false,
    condition,
    onStep,
    signal,
  });
}
