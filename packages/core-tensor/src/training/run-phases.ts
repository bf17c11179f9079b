import { asOutOfMemory, tf } from '@tintype/backend';
import type { RandomStream } from '../random/random-stream.ts';
import type { Batch, Phase } from './train-step.ts';

export interface PhaseRun {
  /** Those that are due, in order. */
  readonly phases: readonly Phase[];
  /** Borrowed. */
  readonly batch: Batch;
  /** Steps completed before this one. */
  readonly step: number;
  readonly rng: RandomStream;
}

/**
 * Runs phases on one batch and hands over the scalars of each. What they shared and what they forgot is freed, also when
 * one throws. Throws `E_OUT_OF_MEMORY` where the engine has none left, and whatever a phase throws.
 */
export function runPhases(
  { phases, batch, step, rng }: PhaseRun,
  take: (phase: Phase, terms: Readonly<Record<string, tf.Scalar>>) => void,
): void {
  const shared = new Map<string, unknown>();
  try {
    for (const phase of phases) {
      const phaseRng = rng.fork('train').fork(phase.name).fork(step);
      const terms = tf.tidy(() => {
        const result = phase.run(batch, { step, rng: phaseRng, shared });
        for (const value of shared.values()) keepTensors(value);
        return result as Record<string, tf.Scalar>;
      });
      take(phase, terms);
    }
  } catch (error) {
    throw asOutOfMemory(error, `step ${step + 1}`) ?? error;
  } finally {
    for (const value of shared.values()) release(value);
  }
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
