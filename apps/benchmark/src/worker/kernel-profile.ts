import { tf } from '@tintype/backend';
import type { ProfileReply, ProfileRow } from '../contestants/protocol.ts';

type Row = { -readonly [Key in keyof ProfileRow]: ProfileRow[Key] };

/** Runs the work with a clock around every kernel of the backend in use; the kernels are then as they were. */
export async function profileKernels(now: () => number, work: () => Promise<void>): Promise<ProfileReply> {
  const rows = new Map<string, Row>();
  /** Time of the kernels called by those that are running, innermost last. */
  const inner: number[] = [];
  const kernels = tf.getKernelsForBackend(tf.getBackend());
  const originals = kernels.map(({ kernelFunc }) => kernelFunc);
  kernels.forEach((kernel, i) => {
    kernel.kernelFunc = (call) => {
      inner.push(0);
      const start = now();
      const result = originals[i]!(call);
      const total = now() - start;
      const own = total - inner.pop()!;
      if (inner.length > 0) inner[inner.length - 1]! += total;
      count(rows, kernel.kernelName, shapesOf(call.inputs), own);
      return result;
    };
  });
  try {
    const start = now();
    await work();
    return { milliseconds: now() - start, rows: [...rows.values()] };
  } finally {
    kernels.forEach((kernel, i) => {
      kernel.kernelFunc = originals[i]!;
    });
  }
}

function count(rows: Map<string, Row>, kernel: string, shapes: string, milliseconds: number): void {
  const key = `${kernel} ${shapes}`;
  const row = rows.get(key) ?? { kernel, shapes, calls: 0, milliseconds: 0 };
  row.calls += 1;
  row.milliseconds += milliseconds;
  rows.set(key, row);
}

/** `x 32x16x16x64, filter 3x3x64x64`; of many tensors the first. */
function shapesOf(inputs: tf.NamedTensorInfoMap): string {
  return Object.entries(inputs)
    .map(([name, tensor]) => `${name} ${(tensor as tf.TensorInfo | undefined)?.shape?.join('x') ?? '-'}`)
    .slice(0, 3)
    .join(', ');
}
