import { tf } from '../tf.ts';

/**
 * Puts `step − 1` zeros between neighbours along one axis: length n becomes (n − 1)·step + 1.
 * The adjoint of taking every `step`-th element.
 */
export function spreadAlongAxis(x: tf.Tensor, axis: number, step: number): tf.Tensor {
  const length = x.shape[axis]!;
  if (step === 1 || length <= 1) return x;
  const outer = product(x.shape.slice(0, axis));
  const inner = product(x.shape.slice(axis + 1));
  const padded = tf.pad(tf.reshape(x, [outer * length, 1, inner]), [
    [0, 0],
    [0, step - 1],
    [0, 0],
  ]);
  const spread = tf.slice(
    tf.reshape(padded, [outer, length * step, inner]),
    [0, 0, 0],
    [outer, (length - 1) * step + 1, inner],
  );
  return tf.reshape(spread, withLength(x.shape, axis, (length - 1) * step + 1));
}

/** Every `step`-th element along one axis, starting at the first. */
export function takeEveryAlongAxis(x: tf.Tensor, axis: number, step: number): tf.Tensor {
  if (step === 1) return x;
  const length = Math.ceil(x.shape[axis]! / step);
  const outer = product(x.shape.slice(0, axis));
  const inner = product(x.shape.slice(axis + 1));
  const missing = length * step - x.shape[axis]!;
  const padded = tf.pad(tf.reshape(x, [outer, x.shape[axis]!, inner]), [
    [0, 0],
    [0, missing],
    [0, 0],
  ]);
  const taken = tf.slice(
    tf.reshape(padded, [outer * length, step, inner]),
    [0, 0, 0],
    [outer * length, 1, inner],
  );
  return tf.reshape(taken, withLength(x.shape, axis, length));
}

function product(lengths: number[]): number {
  return lengths.reduce((size, length) => size * length, 1);
}

function withLength(shape: number[], axis: number, length: number): number[] {
  return shape.map((old, i) => (i === axis ? length : old));
}
