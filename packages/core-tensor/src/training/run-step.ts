import { TintypeError, tf } from '@tintype/backend';
import type { RandomStream } from '../random/random-stream.ts';
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
  const shared = new Map<string, unknown>();
  const isOnly = trainStep.phases.length === 1;
  try {
    for (const phase of trainStep.phases) {
      if (!isDue(phase, step)) continue;
      const phaseRng = rng.fork('train').fork(phase.name).fork(step);
      const terms = tf.tidy(() => {
        const result = phase.run(batch, { step, rng: phaseRng, shared });
        for (const value of shared.values()) keepTensors(value);
        return result as Record<string, tf.Scalar>;
      });
      for (const [term, scalar] of Object.entries(terms)) {
        const name = isOnly ? term : `${phase.name}/${term}`;
        scalars.add({ step: step + 1, phase: phase.name, term, name, scalar });
      }
    }
  } finally {
    tf.dispose(batch as tf.TensorContainer);
    for (const value of shared.values()) release(value);
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

function isDue({ interval, offset = 0 }: Phase, step: number): boolean {
  return (step - offset) % interval === 0;
}

function keepTensors(value: unknown): void {
  for (const tensor of tensorsIn(value)) tf.keep(tensor);
}

function release(value: unknown): void {
  for (const tensor of tensorsIn(value)) if (!tensor.isDisposed) tensor.dispose();
  if (hasDispose(value)) value.dispose();
}

/** Tensors themselves, and those in arrays and plain records; whatever has its own `dispose` looks after the rest. */
function tensorsIn(value: unknown): tf.Tensor[] {
  if (value instanceof tf.Tensor) return value instanceof tf.Variable ? [] : [value];
  if (Array.isArray(value)) return value.flatMap(tensorsIn);
  const isRecord =
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isRecord && !hasDispose(value) ? Object.values(value).flatMap(tensorsIn) : [];
}

function hasDispose(value: unknown): value is { dispose(): void } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !(value instanceof tf.Tensor) &&
    typeof (value as { dispose?: unknown }).dispose === 'function'
  );
}
