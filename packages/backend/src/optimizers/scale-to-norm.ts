import { pointerTo } from '../kernels/wasm-backend.ts';
import type { tf } from '../tf.ts';
import { nativeUpdate } from './native-update.ts';
import { chunksOf, runOverChunks } from './run-over-chunks.ts';

export interface ScaledToNorm {
  /** In the order given. */
  readonly gradients: tf.Tensor[];
  /** Before scaling. */
  readonly norm: tf.Scalar;
}

const doubleBytes = 8;
const floatBytes = 4;

/**
 * gradients · min(1, maxNorm / (norm + 1e-6)) with norm = √Σ g² over all of them, summed in float64, without a value that
 * leaves the device. Undefined where this backend has no such kernel.
 */
export function scaleToNorm(gradients: readonly tf.Tensor[], maxNorm: number): ScaledToNorm | undefined {
  const native = nativeUpdate([], gradients);
  if (native === undefined) return undefined;
  const { engine, backend, makeTensor } = native;
  const counts = gradients.map(({ size }) => size);
  const chunks = chunksOf(counts);
  const norm = makeTensor([]) as tf.Scalar;
  const scaled = gradients.map(({ shape }) => makeTensor(shape));
  const sums = engine.allocate(chunks * doubleBytes + floatBytes);
  const factor = sums + chunks * doubleBytes;
  const from = gradients.map((gradient) => pointerTo(backend, gradient));
  runOverChunks(engine, backend, {
    kernel: 'squareSumChunks',
    ints: [sums],
    entries: counts.map((count, i) => ({ pointers: [from[i]!], count })),
  });
  engine.run('clipFactor', {
    ints: [sums, chunks, pointerTo(backend, norm), factor],
    floats: [maxNorm],
    items: 1,
  });
  runOverChunks(engine, backend, {
    kernel: 'scaleChunks',
    ints: [factor],
    entries: counts.map((count, i) => ({ pointers: [from[i]!, pointerTo(backend, scaled[i]!)], count })),
  });
  engine.free(sums);
  return { gradients: scaled, norm };
}
