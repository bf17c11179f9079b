import { TintypeError } from '@tintype/core-tensor';

export type TimestepSpacing = 'leading' | 'linspace' | 'trailing';

export interface InferenceTimestepsOptions {
  /** Sampling steps S, 1 … T. @default all T */
  readonly numInferenceSteps?: number;
  /** How S timesteps are spread over T (Lin et al. 2023, table 2). @default 'trailing' */
  readonly timestepSpacing?: TimestepSpacing;
  /** Added to each timestep of 'leading'. @default 0 */
  readonly stepsOffset?: number;
  /** Your own timesteps, strictly falling within 0 … T − 1, instead of the three options above. */
  readonly customTimesteps?: readonly number[];
}

/**
 * The training timesteps a sampler visits, falling. leading: multiples of ⌊T/S⌋, so the last is 0 (plus the offset);
 * linspace: evenly from T − 1 to 0 (a single step starts at T − 1); trailing: evenly from T − 1, so the first is T − 1.
 * Halves are rounded to even, as numpy does. Throws `E_CONFIG` for S outside 1 … T and for timesteps outside the
 * schedule or not falling.
 */
export function inferenceTimesteps(timesteps: number, options: InferenceTimestepsOptions = {}): number[] {
  const list = options.customTimesteps ? [...options.customTimesteps] : spread(timesteps, options);
  assertFalling(list, timesteps);
  return list;
}

function spread(timesteps: number, options: InferenceTimestepsOptions): number[] {
  const { numInferenceSteps: count = timesteps, timestepSpacing = 'trailing', stepsOffset = 0 } = options;
  assertStepCount(count, timesteps);
  const rising = Array.from({ length: count }, (_, i) => i);
  switch (timestepSpacing) {
    case 'leading':
      return rising.map((i) => i * Math.floor(timesteps / count) + stepsOffset).reverse();
    case 'linspace':
      if (count === 1) return [timesteps - 1];
      return rising.map((i) => roundHalfToEven((i * (timesteps - 1)) / (count - 1))).reverse();
    case 'trailing':
      return rising.map((i) => roundHalfToEven(timesteps - (i * timesteps) / count) - 1);
    default:
      throw new TintypeError('E_CONFIG', {
        where: 'inferenceTimesteps: timestepSpacing',
        what: 'unknown spacing',
        got: timestepSpacing,
        expected: 'leading | linspace | trailing',
        remedy: 'Choose one of these or pass `customTimesteps`',
      });
  }
}

/** Rounds as numpy does. */
export function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const fraction = value - below;
  if (fraction !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

function assertStepCount(count: number, timesteps: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= timesteps) return;
  throw new TintypeError('E_CONFIG', {
    where: 'inferenceTimesteps: numInferenceSteps',
    what: 'the number of sampling steps must be an integer no larger than the number of training timesteps',
    got: count,
    expected: `1 … ${timesteps}`,
  });
}

function assertFalling(list: readonly number[], timesteps: number): void {
  const wrong = list.findIndex(
    (t, i) => !Number.isInteger(t) || t < 0 || t >= timesteps || (i > 0 && t >= list[i - 1]!),
  );
  if (list.length > 0 && wrong < 0) return;
  throw new TintypeError('E_CONFIG', {
    where:
      list.length === 0 ? 'inferenceTimesteps' : `inferenceTimesteps: timestep ${wrong} of ${list.length}`,
    what: 'sampling timesteps must be integers of the schedule that fall strictly',
    got: list.length === 0 ? 'no timesteps' : `${list[wrong]} after ${list[wrong - 1] ?? 'the start'}`,
    expected: `falling integers within 0 … ${timesteps - 1}`,
  });
}
