import { tf } from '@tintype/core-tensor';
import type { SamplerStep } from '../denoiser.ts';
import { type NoiseSchedule, noiseOf } from '../noise-schedule/index.ts';
import { denoisedParts, type SamplerStepInput, type SamplerStepResult } from '../samplers/denoised-parts.ts';
import { inferenceTimesteps } from '../samplers/inference-timesteps.ts';
import { assertDdimConfig, type DdimConfig } from './config.ts';

/** The steps of a DDIM run, first to last, every coefficient in float64. Throws `E_CONFIG` for impossible options. */
export function ddimSteps(
  schedule: NoiseSchedule,
  config: DdimConfig & { clipDenoised?: boolean } = {},
): SamplerStep[] {
  assertDdimConfig(config);
  const { eta = 0, clipDenoised = true, previousTimestep = 'list', setAlphaToOne = true } = config;
  const timesteps = inferenceTimesteps(schedule.timesteps, config);
  const stride = Math.floor(schedule.timesteps / timesteps.length);
  const finalAlphaCumprod = setAlphaToOne ? 1 : schedule.alphasCumprod[0]!;
  return timesteps.map((t, k) => {
    const previousT = previousTimestep === 'list' ? (timesteps[k + 1] ?? -1) : t - stride;
    const alphaCumprod = schedule.alphasCumprod[t]!;
    const alphaCumprodPrevious = previousT >= 0 ? schedule.alphasCumprod[previousT]! : finalAlphaCumprod;
    const variance = eta === 0 ? 0 : eta ** 2 * ddimVariance(alphaCumprod, alphaCumprodPrevious);
    const direction = Math.sqrt((1 - alphaCumprodPrevious - variance) / (1 - alphaCumprod));
    return {
      t,
      previousT,
      alphaCumprod,
      alphaCumprodPrevious,
      posteriorMeanCoefficients: [
        Math.sqrt(alphaCumprodPrevious) - direction * Math.sqrt(alphaCumprod),
        direction,
      ] as const,
      variance,
      clip: clipDenoised,
    };
  });
}

/** σ² at η = 1: (1 − ᾱ_s) / (1 − ᾱ_t) · (1 − ᾱ_t / ᾱ_s), the posterior variance of the step (eq. 16). */
export function ddimVariance(alphaCumprod: number, alphaCumprodPrevious: number): number {
  return ((1 - alphaCumprodPrevious) / (1 - alphaCumprod)) * (1 - alphaCumprod / alphaCumprodPrevious);
}

/**
 * One step of Song et al. 2021, eq. 12: x_s = √ᾱ_s x̂_0 + √(1 − ᾱ_s − σ²) ε + σ z.
 * With `clippedNoise: 'model'` ε is what the network said, with 'rederived' it is the one that leads from the
 * clipped x̂_0 to x_t; the two differ only where clipping changed x̂_0.
 */
export function stepDdim(
  input: SamplerStepInput & { readonly clippedNoise?: DdimConfig['clippedNoise'] },
): SamplerStepResult {
  const { step, xt, noise, clippedNoise = 'model' } = input;
  const { alphaCumprod, alphaCumprodPrevious, variance } = step;
  return tf.tidy(() => {
    const parts = denoisedParts(input);
    const epsilon = clippedNoise === 'rederived' ? noiseOf(parts.xStart, xt, alphaCumprod) : parts.epsilon;
    const mean = parts.xStart
      .mul(Math.sqrt(alphaCumprodPrevious))
      .add(epsilon.mul(Math.sqrt(1 - alphaCumprodPrevious - variance)));
    const xPrevious = variance > 0 && noise ? mean.add(noise.mul(Math.sqrt(variance))) : mean;
    return { xPrevious: xPrevious as tf.Tensor4D, xStart: parts.xStart };
  });
}
