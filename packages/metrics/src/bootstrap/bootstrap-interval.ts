// Efron (1979), "Bootstrap methods: another look at the jackknife"; percentile interval.
import { assertConfig, type RandomStream, TintypeError } from '@tintype/core-tensor';
import { bootstrapSettings, wholeFrom } from '../config/option-schemas.ts';
import { drawResample } from './draw-resample.ts';
import { quantile } from './quantile.ts';

export interface BootstrapOptions {
  readonly rng: RandomStream;
  /** How often the sample is drawn anew. @default 200 */
  readonly resamples?: number;
  /** Share of the resampled values inside, between 0 and 1. @default 0.95 */
  readonly confidence?: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Percentile bootstrap interval of a statistic of n rows: its values over rows drawn with replacement, resample i from
 * `rng.fork(i)`. `statistic` gets row indices [n] (repeated ones stand for repeated rows) and gives a number.
 * For means, shares, accuracies and their like. A statistic that repeated rows bias (a Fréchet distance rises, a nearest
 * neighbour becomes a copy) needs its own form: `frechetScore` has it.
 * @throws TintypeError `E_CONFIG` for settings out of range, `E_DATA` where the statistic gives no number
 */
export function bootstrapInterval(
  n: number,
  statistic: (indices: Int32Array) => number,
  { rng, ...settings }: BootstrapOptions,
): Interval {
  assertConfig(wholeFrom(1), n, 'bootstrapInterval: n');
  const { resamples = 200, confidence = 0.95 } = assertConfig(
    bootstrapSettings,
    settings,
    'bootstrapInterval',
  );
  const values = Float64Array.from({ length: resamples }, (_, i) => {
    const value = statistic(drawResample(n, rng.fork(i)));
    if (Number.isFinite(value)) return value;
    throw new TintypeError('E_DATA', {
      where: 'bootstrapInterval',
      what: `the statistic of resample ${i} is not finite`,
      got: value,
    });
  }).sort();
  const tail = (1 - confidence) / 2;
  return { low: quantile(values, tail), high: quantile(values, 1 - tail) };
}
