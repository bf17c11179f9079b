import { expect } from 'vitest';
import { tf } from '../tf.ts';

export interface AllCloseOptions {
  /** Relative to the largest |expected| of the whole tensor. @default 1e-5 */
  rtol?: number;
  /** @default 1e-6 */
  atol?: number;
}

type Comparable = tf.Tensor | ArrayLike<number>;

/**
 * Fails unless |actual − expected| ≤ atol + rtol · max|expected| everywhere. NaN is close to nothing; infinities
 * only to themselves. Two tensors must have one shape; other pairs one length.
 */
export async function expectAllClose(
  actual: Comparable,
  expected: Comparable,
  { rtol = 1e-5, atol = 1e-6 }: AllCloseOptions = {},
): Promise<void> {
  if (actual instanceof tf.Tensor && expected instanceof tf.Tensor)
    expect(actual.shape).toEqual(expected.shape);
  const [a, b] = await Promise.all([valuesOf(actual), valuesOf(expected)]);
  expect(a.length, 'number of values').toBe(b.length);
  let scale = 0;
  for (let i = 0; i < b.length; i++)
    if (Number.isFinite(b[i])) scale = Math.max(scale, Math.abs(b[i] as number));
  const allowed = atol + rtol * scale;

  let worst = 0;
  let worstAt = -1;
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    const difference = Math.abs((a[i] as number) - (b[i] as number));
    const size = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    if (size > worst) [worst, worstAt] = [size, i];
  }
  if (worst > allowed) {
    const got = `got ${a[worstAt]}, expected ${b[worstAt]}`;
    expect.fail(`values differ by ${worst} at index ${worstAt} (${got}), allowed ${allowed}`);
  }
}

async function valuesOf(values: Comparable): Promise<ArrayLike<number>> {
  return values instanceof tf.Tensor ? values.data() : values;
}
