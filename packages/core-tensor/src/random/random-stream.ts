import type { tf } from '@tintype/backend';

/**
 * A counter-based stream of random numbers: a key and a counter, nothing else.
 * Draws advance the counter; `fork` gives an independent stream and leaves this one as it was,
 * so whoever forks by purpose, step or sample index needs no saved state to resume.
 * Bits and uniforms are identical on every backend; normals are too on cpu and wasm, and agree to
 * 1e-6 · max(1, |value|) on WebGPU.
 */
export interface RandomStream {
  readonly key: readonly [number, number];
  /** Words drawn so far. */
  readonly counter: number;
  /** An independent stream, determined by this stream's key and the name or index alone. */
  fork(name: string | number): RandomStream;
  /** float32 in [minimum, maximum). */
  uniform<R extends tf.Rank>(shape: tf.ShapeMap[R], minimum?: number, maximum?: number): tf.Tensor<R>;
  /** float32, N(mean, standardDeviation²). */
  normal<R extends tf.Rank>(shape: tf.ShapeMap[R], mean?: number, standardDeviation?: number): tf.Tensor<R>;
  /** int32 in [low, high). */
  integers<R extends tf.Rank>(shape: tf.ShapeMap[R], low: number, high: number): tf.Tensor<R>;
  /** 0 … n−1 in random order. */
  permutation(n: number): Uint32Array;
  /**
   * Rows for samples `firstIndex … firstIndex + count − 1`, shape [count, ...shape]:
   * row i equals `fork(firstIndex + i).normal(shape)` bit for bit on cpu and wasm, in any batch.
   */
  normalRows(firstIndex: number, count: number, shape: readonly number[]): tf.Tensor;
}
