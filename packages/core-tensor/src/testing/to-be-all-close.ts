import { tf } from '@tintype/backend';
import { expect } from 'vitest';

/** Numbers to compare: a tensor, a typed array or (nested) arrays. */
export type Comparable = tf.Tensor | ArrayLike<number> | number | readonly Comparable[];

export interface CloseTolerance {
  /** Relative to the largest magnitude in the expected values. @default 1e-5 */
  readonly rtol?: number;
  /** @default 1e-6 */
  readonly atol?: number;
}

interface Verdict {
  readonly pass: boolean;
  readonly message: () => string;
}

declare module 'vitest' {
  interface Matchers<T> {
    /**
     * |actual − expected| ≤ atol + rtol · max|expected| for every element, the maximum over the whole tensor.
     * Shapes must agree where both are tensors. On WebGPU the result is a promise: `await expect(x).toBeAllClose(y)`.
     */
    toBeAllClose(expected: Comparable, tolerance?: CloseTolerance): Promise<void>;
  }
}

/** Compares two sequences of numbers; throws a worded error where they differ. See the matcher of the same name. */
export function assertAllClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: CloseTolerance = {},
): void {
  const verdict = compare(actual, expected, tolerance);
  if (!verdict.pass) throw new Error(verdict.message());
}

expect.extend({
  toBeAllClose(actual: Comparable, expected: Comparable, tolerance: CloseTolerance = {}) {
    const shapes = mismatchedShapes(actual, expected);
    if (shapes) return shapes;
    if (isOnGpu(actual) || isOnGpu(expected)) {
      return Promise.all([readLater(actual), readLater(expected)]).then(([a, b]) => compare(a, b, tolerance));
    }
    return compare(readNow(actual), readNow(expected), tolerance);
  },
});

function compare(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: CloseTolerance): Verdict {
  const { rtol = 1e-5, atol = 1e-6 } = tolerance;
  if (actual.length !== expected.length) {
    return fail(`toBeAllClose: got ${actual.length} numbers, expected ${expected.length}.`);
  }
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]!));
  const bound = atol + rtol * largest;
  let worst = -1;
  let worstDifference = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = distance(actual[i]!, expected[i]!);
    if (!(difference <= worstDifference)) {
      worst = i;
      worstDifference = difference;
      if (Number.isNaN(difference)) break;
    }
  }
  const text =
    worst < 0
      ? 'all elements are equal'
      : `element ${worst} is ${actual[worst]}, expected ${expected[worst]}: difference ${worstDifference}, bound ${bound}`;
  return { pass: worstDifference <= bound, message: () => `toBeAllClose: ${text}.` };
}

/** Equal infinities are equal; NaN is close to nothing. */
function distance(a: number, b: number): number {
  return a === b ? 0 : Math.abs(a - b);
}

function fail(text: string): Verdict {
  return { pass: false, message: () => text };
}

function mismatchedShapes(actual: Comparable, expected: Comparable): Verdict | undefined {
  if (!(actual instanceof tf.Tensor) || !(expected instanceof tf.Tensor)) return undefined;
  const [got, wanted] = [actual.shape.join(', '), expected.shape.join(', ')];
  return got === wanted ? undefined : fail(`toBeAllClose: got shape [${got}], expected [${wanted}].`);
}

function isOnGpu(value: Comparable): boolean {
  return value instanceof tf.Tensor && tf.getBackend() === 'webgpu';
}

async function readLater(value: Comparable): Promise<ArrayLike<number>> {
  return value instanceof tf.Tensor ? value.data() : readNow(value);
}

function readNow(value: Comparable): ArrayLike<number> {
  if (value instanceof tf.Tensor) return value.dataSync();
  if (typeof value === 'number') return [value];
  if (ArrayBuffer.isView(value)) return value as unknown as ArrayLike<number>;
  return Array.from(value as ArrayLike<Comparable>).flatMap((part) => Array.from(readNow(part)));
}
