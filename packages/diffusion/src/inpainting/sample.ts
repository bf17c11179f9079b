import { type RandomStream, TintypeError, tf } from '@tintype/core-tensor';
import type { Denoiser, SamplerStep } from '../denoiser.ts';
import type { SamplerStepResult } from '../samplers/denoised-parts.ts';
import { runSampler, type SampleOptions, type SamplerPlan } from '../samplers/run-sampler.ts';
import { assertInpaintingConfig, type InpaintingConfig } from './config.ts';
import { type ResamplingStep, resamplingSteps } from './resampling-steps.ts';

// RePaint: paint what is missing of an image with a diffusion model that was trained on whole ones.
// Lugmayr, Danelljan, Romero, Yu, Timofte, Van Gool (2022), "RePaint: Inpainting using Denoising Diffusion
// Probabilistic Models", arXiv 2201.09865, algorithm 1.
//   x_s = m (√ᾱ_s known + √(1 − ᾱ_s) ε) + (1 − m) sampled_s;  then now and then back: x_t ~ q(x_t | x_s)
// Differences from the paper: any sampler whose steps stand alone, not DDPM only; masks may be soft.

export type InpaintingOptions = SampleOptions & InpaintingConfig;

/**
 * Images [count, h, w, c] that equal `known` under the mask. `plan` is that of DDPM, DDIM or Euler; its steps are walked about
 * `resamplings` times. Throws `E_CONFIG` for impossible options, for solvers that carry history and for a denoiser that predicts
 * 'flow', `E_SHAPE`, `E_ABORTED`.
 */
export async function sampleInpainting<Step extends SamplerStep>(
  denoiser: Denoiser,
  { steps, takeStep }: SamplerPlan<Step>,
  options: InpaintingOptions,
): Promise<tf.Tensor4D> {
  const { shape, count, known, mask, jumpLength = 10, resamplings = 10 } = options;
  assertInpaintingConfig(options, [count, ...shape]);
  assertNoisePath(denoiser);
  const walk = resamplingSteps(steps, jumpLength, resamplings);
  const noise = noiseOfSteps(options);
  const plan: SamplerPlan<ResamplingStep<Step>> = {
    steps: walk,
    takeStep(input): SamplerStepResult {
      const { noisedTo, alphaCumprodPrevious: level } = input.step;
      const index = walk.indexOf(input.step);
      return tf.tidy(() => {
        const { xPrevious: painted, xStart, carried } = takeStep(input);
        if (carried) throw carriesHistory();
        const kept = noised(known, level, noise('known', index));
        const joined = kept.mul(mask).add(painted.mul(tf.sub(1, mask))) as tf.Tensor4D;
        if (noisedTo === undefined) return { xPrevious: joined, xStart };
        return { xPrevious: noised(joined, noisedTo / level, noise('jump', index)), xStart };
      });
    },
  };
  return runSampler(denoiser, plan, options);
}

/** √share x + √(1 − share) ε; x itself where there is no noise to add. */
function noised(x: tf.Tensor4D, share: number, noise: () => tf.Tensor4D): tf.Tensor4D {
  if (share === 1) return x;
  return x.mul(Math.sqrt(share)).add(noise().mul(Math.sqrt(1 - share)));
}

function noiseOfSteps({ rng, firstIndex = 0, count, shape }: SampleOptions) {
  const stream: RandomStream = rng.fork('inpainting');
  return (purpose: string, index: number) => () =>
    stream
      .fork(purpose)
      .fork(index)
      .normalRows(firstIndex, count, [...shape]) as tf.Tensor4D;
}

/** The known pixels are noised as a noise schedule does it, which is not the straight path of a flow. */
function assertNoisePath({ predictionType }: Denoiser): void {
  if (predictionType !== 'flow') return;
  throw new TintypeError('E_CONFIG', {
    where: 'sampleInpainting: denoiser',
    what: 'known pixels are noised along a noise schedule, and a flow has another path',
    got: 'flow prediction',
    expected: 'epsilon, sample or v prediction',
    remedy: 'Wrap the model in flowAsDenoiser and take ddpmPlan, ddimPlan or eulerPlan',
  });
}

function carriesHistory(): TintypeError {
  return new TintypeError('E_CONFIG', {
    where: 'sampleInpainting: plan',
    what: 'this solver remembers earlier steps, which are no longer true once known pixels were put in',
    expected: 'a sampler whose steps stand alone',
    remedy: 'Take ddpmPlan, ddimPlan or eulerPlan',
  });
}
