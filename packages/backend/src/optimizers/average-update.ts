import { pointerTo } from '../kernels/wasm-backend.ts';
import type { tf } from '../tf.ts';
import { nativeUpdate } from './native-update.ts';
import { runOverChunks } from './run-over-chunks.ts';
import { writeTarget } from './write-target.ts';

export interface AverageUpdate {
  readonly average: tf.Variable;
  readonly value: tf.Tensor;
  /** What of the distance to the value is left out, in [0, 1). */
  readonly decay: number;
}

/**
 * average ← average − (1 − decay)·(average − value) for many tensors in one kernel, in place where their data is not shared.
 * False, and nothing is changed, where this backend has no such kernel. The bits are those of the plain operations.
 */
export function averageUpdate(updates: readonly AverageUpdate[]): boolean {
  const native = nativeUpdate(
    updates.map(({ average }) => average),
    updates.map(({ value }) => value),
  );
  if (native === undefined) return false;
  const { engine, backend, makeTensor } = native;
  const targets = updates.map(({ average }) => writeTarget(backend, average, makeTensor));
  runOverChunks(engine, backend, {
    kernel: 'averageChunks',
    entries: updates.map(({ average, value, decay }, i) => ({
      pointers: [targets[i]!.from, targets[i]!.to, pointerTo(backend, value)],
      count: average.size,
      floats: [1 - decay],
    })),
  });
  for (const { finish } of targets) finish();
  return true;
}
