import { createRandomStream, selectBackend, tf } from '@tintype/core-tensor';
import type { Features } from './features.ts';

/** A set of features written out as rows. */
export const featuresOf = (rows: readonly (readonly number[])[]): Features => ({
  count: rows.length,
  dimension: rows[0]!.length,
  values: Float64Array.from(rows.flat()),
});

export interface DrawnFeatures {
  readonly count: number;
  readonly dimension: number;
  readonly seed: number | string;
  /** Of each number. @default 0 */
  readonly mean?: number;
  /** Of each number. @default 1 */
  readonly deviation?: number;
}

/** Features of independent normal numbers. */
export async function drawFeatures(drawn: DrawnFeatures): Promise<Features> {
  const { count, dimension, seed, mean = 0, deviation = 1 } = drawn;
  await selectBackend({ backend: 'cpu' });
  const values = tf.tidy(() =>
    createRandomStream(seed).normal([count, dimension], mean, deviation).dataSync<'float32'>(),
  );
  return { count, dimension, values };
}
