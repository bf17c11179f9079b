import { tf } from '@tintype/core-tensor';
import type { SamplerStep } from '../denoiser.ts';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import { denoisedParts, type SamplerStepInput, type SamplerStepResult } from '../samplers/denoised-parts.ts';
import { firstOrderStep, solverIntervals } from '../samplers/solver-step.ts';
import { assertEulerConfig, type EulerConfig } from './config.ts';

/** The steps of an Euler run, first to last, every coefficient in float64. Throws `E_CONFIG` for impossible options. */
export function eulerSteps(
  schedule: NoiseSchedule,
  config: EulerConfig & { clipDenoised?: boolean } = {},
): SamplerStep[] {
  assertEulerConfig(config);
  const { eta = 0 } = config;
  return solverIntervals(schedule, config).map((interval) => {
    const step = firstOrderStep(interval, config.clipDenoised);
    if (eta === 0) return step;
    const { alphaCumprod, alphaCumprodPrevious } = step;
    // η² σ_s² (σ_t² − σ_s²) / σ_t² on the scale of x_s: noise that takes the place of as much predicted noise.
    const variance = eta ** 2 * interval.decay ** 2 * (1 - alphaCumprod / alphaCumprodPrevious);
    const direction = Math.sqrt(Math.max(0, (1 - alphaCumprodPrevious - variance) / (1 - alphaCumprod)));
    const gain = Math.sqrt(alphaCumprodPrevious) - direction * Math.sqrt(alphaCumprod);
    return { ...step, variance, posteriorMeanCoefficients: [gain, direction] as const };
  });
}

/** One step along dx/dσ = (x − x̂_0)/σ, written for the variance-preserving x_t; see the README. */
export function stepEuler(input: SamplerStepInput): SamplerStepResult {
  const { step, xt, noise } = input;
  const [xStartFactor, xtFactor] = step.posteriorMeanCoefficients;
  return tf.tidy(() => {
    const { xStart } = denoisedParts(input);
    const mean = xStart.mul(xStartFactor).add(xt.mul(xtFactor)) as tf.Tensor4D;
    const isRandom = step.variance > 0 && noise !== undefined;
    const xPrevious = isRandom ? (mean.add(noise.mul(Math.sqrt(step.variance))) as tf.Tensor4D) : mean;
    return { xPrevious, xStart };
  });
}
