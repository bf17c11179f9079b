import { TintypeError } from '@tintype/backend';
import type { ScalarReading } from './scalar-buffer.ts';
import {
  findNonFinite,
  findNonFiniteIn,
  restoreSnapshot,
  type StateSnapshot,
  takeSnapshot,
} from './state-snapshot.ts';
import type { TrainLoopSettings } from './train-loop-options.ts';
import type { TrainState } from './train-state.ts';

const mostRecoveries = 10;

/** Watches a training for NaN and ±Inf, and does what `onNonFinite` says when it meets one. */
export interface FiniteGuard {
  /** Steps between checks. */
  readonly interval: number;
  /**
   * Looks at the readings, and at the state too where that is asked for or a copy is kept.
   * True where all is well; false where a clean state was put back; throws `E_NON_FINITE` otherwise.
   */
  check(step: number, readings: readonly ScalarReading[], isSaving: boolean): Promise<boolean>;
}

export async function createFiniteGuard(
  state: TrainState,
  { onNonFinite, checkEvery }: TrainLoopSettings,
): Promise<FiniteGuard> {
  const keepsCopy = onNonFinite !== 'stop';
  let clean: StateSnapshot | undefined = keepsCopy ? await takeSnapshot(state) : undefined;
  let recoveries = 0;

  /** The first non-finite tensor; a clean copy is kept on the way. */
  const inspectState = async (): Promise<string | undefined> => {
    if (!keepsCopy) return findNonFinite(state);
    const snapshot = await takeSnapshot(state);
    const name = findNonFiniteIn(snapshot);
    if (name === undefined) clean = snapshot;
    return name;
  };

  return {
    interval: onNonFinite === 'skip' ? 1 : checkEvery,
    check: async (step, readings, isSaving) => {
      const bad = readings.find(({ value }) => !Number.isFinite(value));
      const tensor = bad || keepsCopy || isSaving ? await inspectState() : undefined;
      if (!bad && tensor === undefined) {
        recoveries = 0;
        return true;
      }
      if (!clean || ++recoveries > mostRecoveries) throw nonFinite(state, step, readings, bad, tensor);
      restoreSnapshot(state, clean);
      return false;
    },
  };
}

function nonFinite(
  { learningRates }: TrainState,
  step: number,
  readings: readonly ScalarReading[],
  bad: ScalarReading | undefined,
  tensor: string | undefined,
): TintypeError {
  const rates = Object.entries(learningRates ?? {}).map(([name, rate]) => `${name} ${rate}`);
  const norms = readings.filter(
    ({ step: at, term }) => at === (bad?.step ?? step) && /gradientNorm$/i.test(term),
  );
  const facts = [
    tensor === undefined ? 'every parameter is still finite' : `first non-finite parameter ${tensor}`,
    ...(rates.length > 0 ? [`learning rate ${rates.join(', ')}`] : []),
    ...norms.map(({ name, value }) => `${name} ${value}`),
  ];
  const place = bad ? `step ${bad.step}, phase ${bad.phase}, term ${bad.term}` : `step ${step}`;
  return new TintypeError('E_NON_FINITE', {
    where: `trainLoop: ${place}`,
    what: `the training is no longer finite: ${facts.join('; ')}`,
    ...(bad && { got: bad.value, expected: 'a finite number' }),
    remedy:
      'Lower the learning rate, clip gradients or look for bad data, and resume from the last checkpoint',
  });
}
