import { expect, test } from 'vitest';
import { describeOnBackends } from '../../testing/describe-on-backends.ts';
import { expectAllClose } from '../../testing/expect-all-close.ts';
import { tf } from '../../tf.ts';

const shape = [3, 4, 5, 6];
const values = Float32Array.from({ length: 360 }, (_, i) => ((i * 37) % 101) - 50);

/** Σ over the axes, in float64, from the definition. */
function hostSum(axes: number[]): Float64Array {
  const kept = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const sums = new Float64Array(kept.reduce((size, n) => size * n, 1));
  values.forEach((value, i) => {
    let rest = i;
    let target = 0;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const position = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
      if (axes.includes(axis)) continue;
      target += position * stride;
      stride *= kept[axis]!;
    }
    sums[target] = sums[target]! + value;
  });
  return sums;
}

describeOnBackends('sum and mean', () => {
  test.each([[[0]], [[3]], [[1, 2]], [[0, 1, 2]], [[1, 3]], [[0, 2]], [[0, 1, 2, 3]]])(
    'over axes %j equal float64 sums, and their gradients are constant',
    async (axes) => {
      const x = tf.tensor(values, shape);
      const sums = hostSum(axes);
      const count = values.length / sums.length;
      await expectAllClose(tf.sum(x, axes), sums);
      await expectAllClose(
        tf.mean(x, axes),
        sums.map((sum) => sum / count),
      );
      expect(tf.sum(x, axes, true).shape).toEqual(shape.map((n, i) => (axes.includes(i) ? 1 : n)));
      const dy = tf.tensor(Float32Array.from(sums), tf.sum(x, axes).shape);
      const dx = tf.grad((input) => tf.sum(input, axes))(x, dy);
      await expectAllClose(
        tf.sum(dx, axes),
        sums.map((sum) => sum * count),
      );
      await expectAllClose(
        tf.grad((input) => tf.mean(input, axes))(x, dy),
        (await dx.data()).map((v) => v / count),
      );
    },
  );

  test('over no axes and of nothing', async () => {
    await expectAllClose(tf.sum(tf.tensor(values, shape), []), values);
    await expectAllClose(tf.sum(tf.zeros([0, 3]), 0), [0, 0, 0]);
    expect(tf.sum(tf.zeros([2, 0]), 0).shape).toEqual([0]);
  });

  test('a NaN survives', async () => {
    expect((await tf.sum(tf.tensor2d([1, Number.NaN, 2, 3], [2, 2]), 0).data())[1]).toBeNaN();
  });
});

describeOnBackends(
  'sums on wasm',
  () => {
    test('a million small values lose nothing: the running sum is float64', async () => {
      const x = tf.fill([1_000_000, 1], 0.1);
      const total = Math.fround(0.1) * 1_000_000;
      const [sum] = await tf.sum(x).data();
      expect(Math.abs(sum! - total) / total).toBeLessThan(1e-6);
      x.dispose();
    });
  },
  { backends: ['wasm'] },
);
