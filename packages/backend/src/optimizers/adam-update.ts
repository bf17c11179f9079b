import { pointerTo } from '../kernels/wasm-backend.ts';
import type { tf } from '../tf.ts';
import { nativeUpdate } from './native-update.ts';
import { runOverChunks } from './run-over-chunks.ts';
import { writeTarget } from './write-target.ts';

/** One parameter's update by Adam; all tensors have its shape. */
export interface AdamUpdate {
  readonly parameter: tf.Variable;
  readonly gradient: tf.Tensor;
  /** First and second moment. */
  readonly mean: tf.Variable;
  readonly square: tf.Variable;
  readonly stepSize: number;
  readonly scaledEpsilon: number;
  /** What weight decay leaves of the parameter. */
  readonly kept: number;
}

export interface AdamDecays {
  readonly beta1: number;
  readonly beta2: number;
}

/**
 * Many parameters in one kernel, in place where their data is not shared:
 * mean ← β₁·mean + (1−β₁)·g, square ← β₂·square + (1−β₂)·g², parameter ← kept·parameter − stepSize·mean / (√square + ε).
 * False, and nothing is changed, where this backend has no such kernel. The bits are those of the plain operations.
 */
export function adamUpdate(updates: readonly AdamUpdate[], { beta1, beta2 }: AdamDecays): boolean {
  const written = updates.flatMap(({ parameter, mean, square }) => [parameter, mean, square]);
  const native = nativeUpdate(
    written,
    updates.map(({ gradient }) => gradient),
  );
  if (native === undefined) return false;
  const { engine, backend, makeTensor } = native;
  const targets = written.map((variable) => writeTarget(backend, variable, makeTensor));
  runOverChunks(engine, backend, {
    kernel: 'adamChunks',
    floats: [beta1, 1 - beta1, beta2, 1 - beta2],
    entries: updates.map(({ parameter, gradient, stepSize, scaledEpsilon, kept }, i) => ({
      pointers: [
        ...targets.slice(3 * i, 3 * i + 3).flatMap(({ from, to }) => [from, to]),
        pointerTo(backend, gradient),
      ],
      count: parameter.size,
      floats: [stepSize, scaledEpsilon, kept],
    })),
  });
  for (const { finish } of targets) finish();
  return true;
}
