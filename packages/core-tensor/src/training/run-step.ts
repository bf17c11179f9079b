import { TintypeError, tf } from '@tintype/backend';
import type { RandomStream } from '../random/random-stream.ts';
import { runPhases } from './run-phases.ts';
import type { ScalarBuffer } from './scalar-buffer.ts';
import type { BatchSource, Phase, TrainStep } from './train-step.ts';

/**
 * One step: the phases that are due, in order, on one batch. Their scalars go into the buffer; the batch, what
 * they shared and what they forgot are freed, also when one throws.
 * @param step steps completed before this one.
 */
export async function runStep(
  trainStep: TrainStep,
  batches: BatchSource,
  step: number,
  rng: RandomStream,
  scalars: ScalarBuffer,
): Promise<void> {
  const batch = await batches.batch(step, trainStep.batchRequest?.(step));
  const isOnly = trainStep.phases.length === 1;
  try {
    const phases = trainStep.phases.filter((phase) => isDue(phase, step));
    runPhases({ phases, batch, step, rng }, (phase, terms) => {
      for (const [term, scalar] of Object.entries(terms)) {
        const name = isOnly ? term : `${phase.name}/${term}`;
        scalars.add({ step: step + 1, phase: phase.name, term, name, scalar });
      }
    });
  } finally {
    tf.dispose(batch as tf.TensorContainer);
  }
}

/** Throws `E_CONFIG` where the phases could not be told apart or would never run. */
export function assertPhases(phases: readonly Phase[]): void {
  const names = new Set<string>();
  for (const { name, interval } of phases) {
    if (names.has(name) || !Number.isInteger(interval) || interval < 1) {
      throw new TintypeError('E_CONFIG', {
        where: `trainLoop: phase ${name}`,
        what: 'a phase needs a name of its own and a whole interval of at least 1',
        got: names.has(name) ? 'the name twice' : interval,
      });
    }
    names.add(name);
  }
}

function isDue(
  { interval, offset = 0, fromStep = 0, untilStep = Number.POSITIVE_INFINITY }: Phase,
  step: number,
): boolean {
  return step >= fromStep && step < untilStep && (step - offset) % interval === 0;
}
