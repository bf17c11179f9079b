import { tf } from '@tintype/core-tensor';
import type { SamplerStep } from '../denoiser.ts';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import { denoisedParts, type SamplerStepInput, type SamplerStepResult } from '../samplers/denoised-parts.ts';
import { firstOrderStep, type Interval, solverIntervals } from '../samplers/solver-step.ts';
import { assertDpmSolverConfig, type DpmSolverConfig } from './config.ts';

export interface DpmSolverStep extends SamplerStep {
  /** Factor of (x̂_0 now − x̂_0 of the step before); 0 where the step is of first order. */
  readonly slope: number;
}

/** The steps of a run, first to last, every coefficient in float64. Throws `E_CONFIG` for impossible options. */
export function dpmSolverSteps(
  schedule: NoiseSchedule,
  config: DpmSolverConfig & { clipDenoised?: boolean } = {},
): DpmSolverStep[] {
  assertDpmSolverConfig(config);
  const { solverOrder = 2, lowerOrderFinal = true, equation = 'ode', clipDenoised } = config;
  const intervals = solverIntervals(schedule, config);
  return intervals.map((interval, k) => {
    const ode = firstOrderStep(interval, clipDenoised);
    const step = equation === 'sde' ? withNoise(ode, interval) : ode;
    const isLast = k === intervals.length - 1;
    const isFirstOrder =
      solverOrder === 1 ||
      k === 0 ||
      (isLast && (interval.to.alphaCumprod === 1 || (lowerOrderFinal && intervals.length < 15)));
    const slope = isFirstOrder
      ? 0
      : (step.posteriorMeanCoefficients[0] * interval.h) / intervals[k - 1]!.h / 2;
    return { ...step, slope };
  });
}

/** The first-order step of the stochastic equation: e^−h more of x_t is forgotten, and noise takes its place. */
function withNoise(step: SamplerStep, { from, to, decay }: Interval): SamplerStep {
  const forgotten = 1 - (decay ** 2 * from.alphaCumprod) / to.alphaCumprod;
  const shrink = decay * Math.sqrt(from.alphaCumprod / to.alphaCumprod);
  return {
    ...step,
    posteriorMeanCoefficients: [Math.sqrt(to.alphaCumprod) * forgotten, decay * shrink],
    variance: (1 - to.alphaCumprod) * forgotten,
  };
}

/** One step of DPM-Solver++(2M): x_s = decay · x_t + gain · (x̂_0 + h/(2 h_before) (x̂_0 − x̂_0 before)) (+ noise). */
export function stepDpmSolver(input: SamplerStepInput<DpmSolverStep>): SamplerStepResult {
  const { step, xt, noise, carried } = input;
  const [xStartFactor, xtFactor] = step.posteriorMeanCoefficients;
  return tf.tidy(() => {
    const { xStart } = denoisedParts(input);
    const before = carried?.[0];
    const firstOrder = xStart.mul(xStartFactor).add(xt.mul(xtFactor));
    const mean = before && step.slope !== 0 ? firstOrder.add(xStart.sub(before).mul(step.slope)) : firstOrder;
    const isRandom = step.variance > 0 && noise !== undefined;
    const xPrevious = isRandom ? mean.add(noise.mul(Math.sqrt(step.variance))) : mean;
    return {
      xPrevious: xPrevious as tf.Tensor4D,
      xStart,
      carried: [xStart.clone() as tf.Tensor4D],
    };
  });
}
