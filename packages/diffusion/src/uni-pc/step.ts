import { tf } from '@tintype/core-tensor';
import type { SamplerStep } from '../denoiser.ts';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import { denoisedParts, type SamplerStepInput, type SamplerStepResult } from '../samplers/denoised-parts.ts';
import { firstOrderStep, type Interval, solverIntervals } from '../samplers/solver-step.ts';
import { assertUniPcConfig, type UniPcConfig } from './config.ts';

export interface UniPcStep extends SamplerStep {
  /** Factor of (x̂_0 now − x̂_0 of the step before) in the prediction; 0 where it is of first order. */
  readonly slope: number;
  /** How x_t is done again from where the step before began; absent in the first step. */
  readonly correction?: Correction;
}

/** x_t ← decay · x + gain · x̂_0 + behind · (x̂_0 − x̂_0 before) + ahead · (x̂_0 now − x̂_0), x and x̂_0 of the step before. */
interface Correction {
  readonly decay: number;
  readonly gain: number;
  readonly behind: number;
  readonly ahead: number;
}

/** The steps of a run, first to last, every coefficient in float64. Throws `E_CONFIG` for impossible options. */
export function uniPcSteps(
  schedule: NoiseSchedule,
  config: UniPcConfig & { clipDenoised?: boolean } = {},
): UniPcStep[] {
  assertUniPcConfig(config);
  const { solverOrder = 2, corrector = true, clipDenoised } = config;
  const intervals = solverIntervals(schedule, config);
  // The order rises from 1 at the start and falls to 1 at the end; an infinite interval is no history.
  const orderAt = (k: number) =>
    k === 0 || k === intervals.length - 1 || intervals[k - 1]!.h === Number.POSITIVE_INFINITY
      ? 1
      : solverOrder;
  return intervals.map((interval, k) => {
    const slope = orderAt(k) === 1 ? 0 : (interval.gain * interval.h) / intervals[k - 1]!.h / 2;
    const step = { ...firstOrderStep(interval, clipDenoised), slope };
    if (k === 0 || !corrector) return step;
    const history = orderAt(k - 1) === 1 ? undefined : intervals[k - 2];
    return { ...step, correction: correctionOf(intervals[k - 1]!, history) };
  });
}

/**
 * The corrector of second or, with an interval of history, third order: weights on the changes of x̂_0 ahead (r = 1)
 * and behind (r = −h_before/h) that are exact where x̂_0 is a line or a parabola in λ
 * (Zhao et al. 2023, theorem 3.1, with B(h) = e^h − 1 and the paper's weight ½ where there is no history).
 */
function correctionOf(interval: Interval, history: Interval | undefined): Correction {
  const { decay, gain, h } = interval;
  if (!history) return { decay, gain, behind: 0, ahead: gain / 2 };
  const [line, parabola] = momentsOf(h);
  const r = -history.h / h;
  const behind = (line - parabola) / (1 - r);
  return { decay, gain, behind: (gain * behind) / -r, ahead: gain * (line - behind) };
}

/** Means of τ and τ² over an interval, 0 ≤ τ ≤ 1, weighted as the exact solution weighs x̂_0: by e^(h τ). */
function momentsOf(h: number): [number, number] {
  // Differences of nearly equal numbers below this.
  if (h < 1e-4) return [1 / 2, 1 / 3];
  const total = -Math.expm1(-h);
  const line = 1 / total - 1 / h;
  return [line, 1 / total - (2 / h) * line];
}

/** One step: x_t corrected by what the network says there, then the prediction of x_s from the corrected x_t. */
export function stepUniPc(input: SamplerStepInput<UniPcStep>): SamplerStepResult {
  const { step, carried = [] } = input;
  const [origin, latest, earlier] = carried;
  return tf.tidy(() => {
    const { xStart } = denoisedParts(input);
    const { correction } = step;
    const isCorrected = correction !== undefined && origin !== undefined && latest !== undefined;
    const xt = isCorrected ? corrected(correction, origin, latest, earlier, xStart) : input.xt.clone();
    const [xStartFactor, xtFactor] = step.posteriorMeanCoefficients;
    const firstOrder = xStart.mul(xStartFactor).add(xt.mul(xtFactor));
    const hasSlope = latest !== undefined && step.slope !== 0;
    const xPrevious = hasSlope ? firstOrder.add(xStart.sub(latest).mul(step.slope)) : firstOrder;
    const history = latest ? [latest.clone()] : [];
    return {
      xPrevious: xPrevious as tf.Tensor4D,
      xStart,
      carried: [xt, xStart.clone() as tf.Tensor4D, ...(history as tf.Tensor4D[])],
    };
  });
}

function corrected(
  { decay, gain, behind, ahead }: Correction,
  origin: tf.Tensor4D,
  latest: tf.Tensor4D,
  earlier: tf.Tensor4D | undefined,
  xStart: tf.Tensor4D,
): tf.Tensor4D {
  const line = origin.mul(decay).add(latest.mul(gain)).add(xStart.sub(latest).mul(ahead));
  return (earlier && behind !== 0 ? line.add(latest.sub(earlier).mul(behind)) : line) as tf.Tensor4D;
}
