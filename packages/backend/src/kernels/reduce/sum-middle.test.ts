import { expect, test } from 'vitest';
import { fillNormals } from '../../random/fill.ts';
import { describeOnThreads } from '../../testing/describe-on-threads.ts';
import { expectAllClose } from '../../testing/expect-all-close.ts';
import { poisonMemory } from '../../testing/poison-memory.ts';
import { tf } from '../../tf.ts';

function numbers(count: number): Float32Array {
  const values = new Float32Array(count);
  fillNormals(values, { keys: Uint32Array.of(3, 4), counter: 0, count });
  return values.map((value) => value + 0.5);
}

/** Rows, tails of columns, one part and many, chunks of columns, nothing at all. */
const shapes: [number, number, number][] = [
  [1, 1, 1],
  [0, 5, 3],
  [3, 0, 4],
  [1, 100_003, 1],
  [700, 33, 1],
  [2, 16_385, 1],
  [1, 25_088, 64],
  [1, 5003, 7],
  [3, 50, 13],
  [2, 3, 9001],
  [4, 40, 4100],
  [33, 17, 12],
];

describeOnThreads('sums over a middle axis', () => {
  test.each(shapes)('of [%i, %i, %i] are those of float64', async (outer, length, inner) => {
    const values = numbers(outer * length * inner);
    const expected = new Float64Array(outer * inner);
    values.forEach((value, i) => {
      const at = Math.floor(i / (length * inner)) * inner + (i % inner);
      expected[at] = expected[at]! + value;
    });
    const x = tf.tensor3d(values, [outer, length, inner]);
    poisonMemory(expected.length);
    await expectAllClose(tf.sum(x, 1), expected, { rtol: 1e-6, atol: 1e-5 });
    if (length > 0) {
      await expectAllClose(
        tf.mean(x, 1),
        expected.map((sum) => sum / length),
        { rtol: 1e-6, atol: 1e-6 },
      );
    }
  });

  test('ten million values of one sign lose nothing', async () => {
    const sum = await tf.tidy(() => tf.sum(tf.fill([10_000_000], 0.1))).data();
    expect(sum[0]).toBeCloseTo(10_000_000 * Math.fround(0.1), -1);
  });

  test('a NaN and an infinity reach the sums of their columns only', async () => {
    const values = numbers(40_000 * 8);
    values[8 * 20_000 + 3] = Number.NaN;
    values[8 * 39_999 + 5] = Number.POSITIVE_INFINITY;
    const sums = await tf.sum(tf.tensor2d(values, [40_000, 8]), 0).data();
    expect([sums[3], sums[5], Number.isFinite(sums[4])]).toEqual([
      Number.NaN,
      Number.POSITIVE_INFINITY,
      true,
    ]);
  });
});

test('the bits do not depend on threads', async () => {
  const { useEngine } = await import('../../engine/use-engine.ts');
  const results: number[][] = [];
  for (const threads of [1, 2]) {
    await useEngine({ isRelaxed: true, threads });
    const x = tf.tensor2d(numbers(30_000 * 24), [30_000, 24]);
    results.push([
      ...(await tf.sum(x, 0).data()),
      ...(await tf.sum(x).data()),
      ...(await tf.sum(x, 1).data()),
    ]);
    x.dispose();
  }
  expect(results[0]).toEqual(results[1]);
});
