import { expect, test } from 'vitest';
import { fillNormals } from '../../random/fill.ts';
import { describeOnThreads } from '../../testing/describe-on-threads.ts';
import { poisonMemory } from '../../testing/poison-memory.ts';
import { tf } from '../../tf.ts';
import { broadcastPlan } from './broadcast-plan.ts';

const operations: Record<
  string,
  [(a: tf.Tensor, b: tf.Tensor) => tf.Tensor, (a: number, b: number) => number]
> = {
  add: [tf.add, (a, b) => a + b],
  sub: [tf.sub, (a, b) => a - b],
  mul: [tf.mul, (a, b) => a * b],
  div: [tf.div, (a, b) => a / b],
  squaredDifference: [tf.squaredDifference, (a, b) => Math.fround(a - b) ** 2],
  maximum: [tf.maximum, Math.max],
  minimum: [tf.minimum, Math.min],
};

const shapes: [number[], number[]][] = [
  [[], []],
  [[0], [0]],
  [[0, 5], [5]],
  [[1], [7]],
  [[10_007], [10_007]],
  [[3, 5001], []],
  [[], [33, 7]],
  [[6, 5, 4, 13], [13]],
  [[13], [6, 5, 4, 13]],
  [
    [5, 9],
    [5, 1],
  ],
  [
    [5, 1],
    [5, 9],
  ],
  [
    [5, 1],
    [1, 9],
  ],
  [
    [3, 11, 6],
    [3, 1, 6],
  ],
  [
    [3, 1, 6],
    [1, 11, 6],
  ],
  [
    [2, 4, 5, 3],
    [2, 1, 1, 3],
  ],
  [
    [2, 1, 5, 1, 6],
    [1, 4, 1, 3, 6],
  ],
  [
    [2, 1, 5, 1, 6, 1],
    [1, 4, 1, 3, 1, 7],
  ],
  [[200, 2], [2]],
  [
    [4, 20_000],
    [4, 1],
  ],
];

function numbers(shape: number[], key: number): Float32Array {
  const values = new Float32Array(shape.reduce((size, length) => size * length, 1));
  fillNormals(values, { keys: Uint32Array.of(key, 2), counter: 0, count: values.length });
  return values;
}

/** Index by index, in float64. */
function reference(a: number[], b: number[], key: number, rule: (a: number, b: number) => number): number[] {
  const [aValues, bValues] = [numbers(a, key), numbers(b, key + 1)];
  const shape = tf.backend_util.assertAndGetBroadcastShape(a, b);
  const size = shape.reduce((product, length) => product * length, 1);
  const indexIn = (operand: number[], position: number[]) =>
    operand.reduce(
      (at, length, axis) =>
        at * length + (length === 1 ? 0 : position[shape.length - operand.length + axis]!),
      0,
    );
  return Array.from({ length: size }, (_, i) => {
    const position: number[] = [];
    for (let axis = shape.length - 1, rest = i; axis >= 0; rest = Math.floor(rest / shape[axis]!), axis--) {
      position.unshift(rest % shape[axis]!);
    }
    return Math.fround(rule(aValues[indexIn(a, position)]!, bValues[indexIn(b, position)]!));
  });
}

describeOnThreads('operations of two tensors', () => {
  for (const [name, [operation, rule]] of Object.entries(operations)) {
    test.each(shapes)(`${name} of %j and %j is exact`, async (a, b) => {
      const tensors = [tf.tensor(numbers(a, 5), a), tf.tensor(numbers(b, 6), b)] as const;
      const expected = reference(a, b, 5, rule);
      poisonMemory(expected.length);
      const y = operation(...tensors);
      expect(y.shape).toEqual(tf.backend_util.assertAndGetBroadcastShape(a, b));
      expect([...(await y.data())]).toEqual(expected);
      tf.dispose([...tensors, y]);
    });

    test(`a NaN on either side of ${name} stays`, async () => {
      const bad = tf.tensor1d([Number.NaN, 1, 2, 3, Number.NaN]);
      const good = tf.tensor1d([1, 2, 3, 4, 5]);
      for (const y of [operation(bad, good), operation(good, bad), operation(good, tf.scalar(Number.NaN))]) {
        const values = await y.data();
        expect([values[0], values[4]]).toEqual([Number.NaN, Number.NaN]);
      }
    });
  }

  test('whole numbers keep their dtype and values', async () => {
    const sum = tf.add(tf.tensor1d([16_777_217], 'int32'), tf.tensor1d([2], 'int32'));
    expect([sum.dtype, ...(await sum.data())]).toEqual(['int32', 16_777_219]);
  });
});

test('a plan joins neighbouring axes and refuses what does not fit', () => {
  expect(broadcastPlan([6, 5, 4, 13], [13])).toMatchObject({
    inner: 13,
    rows: 2,
    runs: 60,
    axes: [1, 0, 0, 1, 0, 0, 2, 780, 0, 60, 13, 0],
  });
  expect(broadcastPlan([3, 11, 6], [3, 1, 6])).toMatchObject({
    inner: 6,
    axes: [1, 0, 0, 1, 0, 0, 3, 66, 6, 11, 6, 0],
  });
  expect(broadcastPlan([4, 4], [4, 4])).toMatchObject({ inner: 16, rows: 1, aInner: 1, bInner: 1 });
  expect(broadcastPlan([4], [])).toMatchObject({ inner: 4, bInner: 0 });
  expect(broadcastPlan([2, 3], [3, 2])).toBeUndefined();
});
