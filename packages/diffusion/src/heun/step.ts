import { TintypeError, tf } from '@tintype/core-tensor';
import type { SamplerStep } from '../denoiser.ts';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import { denoisedParts, type SamplerStepInput, type SamplerStepResult } from '../samplers/denoised-parts.ts';
import { firstOrderStep, type Interval, solverIntervals } from '../samplers/solver-step.ts';
import { assertHeunConfig, type HeunConfig } from './config.ts';

export interface HeunStep extends SamplerStep {
  /** Factor of (x̂_0 here − x̂_0 where the interval began) in the second half of an interval; absent in the first. */
  readonly correction?: number;
}

/**
 * The steps of a Heun run, first to last: for each interval an Euler step, then a correction at its end that stays at
 * that timestep; the last interval has no second half, as there is nothing to ask at clean data. 2S − 1 steps.
 * Throws `E_CONFIG` for impossible options, and where the trapezoid over σ would start from an infinite one.
 */
export function heunSteps(
  schedule: NoiseSchedule,
  config: HeunConfig & { clipDenoised?: boolean } = {},
): HeunStep[] {
  assertHeunConfig(config);
  const { trapezoid = 'log-snr', clipDenoised } = config;
  const intervals = solverIntervals(schedule, config);
  if (trapezoid === 'sigma' && intervals[0]!.from.alphaCumprod === 0) {
    throw new TintypeError('E_CONFIG', {
      where: 'sampleHeun: trapezoid',
      what: 'a schedule that starts without any signal starts at an infinite sigma',
      got: trapezoid,
      expected: 'log-snr',
    });
  }
  return intervals.flatMap((interval, k): HeunStep[] => {
    const predictor = firstOrderStep(interval, clipDenoised);
    if (k === intervals.length - 1) return [predictor];
    const correction = correctionOf(interval, trapezoid);
    const { t, alphaCumprod } = interval.to;
    const corrector: HeunStep = {
      ...predictor,
      t,
      alphaCumprod,
      posteriorMeanCoefficients: [correction, 1],
      correction,
    };
    return [predictor, corrector];
  });
}

/** ½ √ᾱ_s (1 − σ_s/σ_t) over log SNR, ½ √ᾱ_s (σ_t/σ_s − 1) over σ: equal to second order in the step. */
function correctionOf({ from, to, decay, gain }: Interval, trapezoid: 'log-snr' | 'sigma'): number {
  if (trapezoid === 'log-snr') return gain / 2;
  const shrink = Math.sqrt(from.alphaCumprod / to.alphaCumprod) * decay;
  return gain / 2 / shrink;
}

/** Half an interval: Euler's step, or the correction by what the prediction has changed. */
export function stepHeun(input: SamplerStepInput<HeunStep>): SamplerStepResult {
  const { step, xt, carried } = input;
  return tf.tidy(() => {
    const { xStart } = denoisedParts(input);
    const before = carried?.[0];
    if (step.correction !== undefined) {
      // A run that begins here has nothing to compare with.
      const change = before ? xStart.sub(before).mul(step.correction) : undefined;
      return { xPrevious: (change ? xt.add(change) : xt.clone()) as tf.Tensor4D, xStart };
    }
    const [xStartFactor, xtFactor] = step.posteriorMeanCoefficients;
    const xPrevious = xStart.mul(xStartFactor).add(xt.mul(xtFactor)) as tf.Tensor4D;
    return { xPrevious, xStart, carried: [xStart.clone() as tf.Tensor4D] };
  });
}
