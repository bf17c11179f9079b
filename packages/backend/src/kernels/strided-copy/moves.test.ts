import { expect, test } from 'vitest';
import { describeOnThreads } from '../../testing/describe-on-threads.ts';
import { poisonMemory } from '../../testing/poison-memory.ts';
import { tf } from '../../tf.ts';
import { stridesOf } from './copy-strided.ts';

const sizeOf = (shape: number[]) => shape.reduce((size, length) => size * length, 1);
const counted = (shape: number[]) =>
  tf.tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => i + 1),
    shape,
  );

/** Value by value: where in the input each value of the output is from; undefined where it is `otherwise`. */
function gathered(
  shape: number[],
  source: (position: number[]) => number | undefined,
  otherwise = 0,
): number[] {
  return Array.from({ length: sizeOf(shape) }, (_, i) => {
    const position: number[] = [];
    for (let axis = shape.length - 1, rest = i; axis >= 0; rest = Math.floor(rest / shape[axis]!), axis--) {
      position.unshift(rest % shape[axis]!);
    }
    const at = source(position);
    return at === undefined ? otherwise : at + 1;
  });
}

const offset = (shape: number[], position: number[]) =>
  stridesOf(shape).reduce((at, stride, axis) => at + stride * position[axis]!, 0);

async function expectMoved(move: () => tf.Tensor, shape: number[], expected: number[]): Promise<void> {
  poisonMemory(expected.length);
  const y = move();
  expect(y.shape).toEqual(shape);
  expect([...(await y.data())]).toEqual(expected);
  y.dispose();
}

const transposes: [number[], number[]][] = [
  [[5], [0]],
  [
    [0, 3],
    [1, 0],
  ],
  [
    [1, 7],
    [1, 0],
  ],
  [
    [33, 70],
    [1, 0],
  ],
  [
    [129, 6],
    [1, 0],
  ],
  [
    [3, 37, 9],
    [0, 2, 1],
  ],
  [
    [3, 4, 8, 5],
    [0, 2, 1, 3],
  ],
  [
    [2, 9, 5, 3],
    [0, 1, 3, 2],
  ],
  [
    [3, 3, 17, 6],
    [3, 2, 0, 1],
  ],
  [
    [3, 3, 17, 6],
    [0, 1, 3, 2],
  ],
  [
    [2, 5, 7, 9],
    [3, 2, 1, 0],
  ],
  [
    [2, 5, 7, 9],
    [2, 0, 3, 1],
  ],
  [
    [6, 7, 8],
    [2, 1, 0],
  ],
  [
    [6, 7, 8],
    [1, 2, 0],
  ],
  [
    [6, 7, 8],
    [2, 0, 1],
  ],
  [
    [2, 3, 4, 3, 2],
    [4, 0, 3, 1, 2],
  ],
  [
    [2, 3, 2, 3, 2, 3],
    [5, 3, 1, 4, 2, 0],
  ],
];

describeOnThreads('moves of values', () => {
  test.each(transposes)('transpose %j by %j', async (shape, permutation) => {
    const out = permutation.map((axis) => shape[axis]!);
    const source = (position: number[]) => {
      const from: number[] = [];
      permutation.forEach((axis, at) => {
        from[axis] = position[at]!;
      });
      return offset(shape, from);
    };
    await expectMoved(() => tf.transpose(counted(shape), permutation), out, gathered(out, source));
  });

  test.each([
    [[4], [[1, 2]], 0],
    [
      [3, 5],
      [
        [0, 0],
        [2, 1],
      ],
      7,
    ],
    [
      [2, 9, 9, 5],
      [
        [0, 0],
        [1, 1],
        [2, 0],
        [0, 0],
      ],
      0,
    ],
    [
      [2, 3, 1, 2, 4],
      [
        [1, 0],
        [0, 1],
        [2, 2],
        [0, 1],
        [1, 1],
      ],
      -1,
    ],
    [
      [0, 3],
      [
        [1, 1],
        [1, 0],
      ],
      5,
    ],
  ])('pad %j by %j', async (shape, paddings, value) => {
    const out = shape.map((length, axis) => length + paddings[axis]![0]! + paddings[axis]![1]!);
    const source = (position: number[]) => {
      const from = position.map((at, axis) => at - paddings[axis]![0]!);
      return from.every((at, axis) => at >= 0 && at < shape[axis]!) ? offset(shape, from) : undefined;
    };
    const padded = () => tf.pad(counted(shape), paddings as [number, number][], value);
    await expectMoved(padded, out, gathered(out, source, value));
  });

  test.each([
    [[1], [5000]],
    [
      [3, 1],
      [1, 7],
    ],
    [
      [1, 1, 1],
      [8, 28, 28],
    ],
    [
      [4, 6],
      [3, 2],
    ],
    [
      [2, 3, 130],
      [2, 1, 5],
    ],
  ])('tile %j by %j', async (shape, repetitions) => {
    const out = shape.map((length, axis) => length * repetitions[axis]!);
    const source = (position: number[]) =>
      offset(
        shape,
        position.map((at, axis) => at % shape[axis]!),
      );
    await expectMoved(() => tf.tile(counted(shape), repetitions), out, gathered(out, source));
  });

  test.each([
    [[2, 3, 5, 8], 2],
    [[1, 14, 14, 4], 2],
    [[2, 2, 3, 27], 3],
  ])('depthToSpace of %j by %i', async (shape, block) => {
    const [batch, height, width, depth] = shape as [number, number, number, number];
    const channels = depth / block ** 2;
    const out = [batch, height * block, width * block, channels];
    const source = ([b, y, x, c]: number[]) => {
      const inBlock = ((y! % block) * block + (x! % block)) * channels + c!;
      return offset(shape, [b!, Math.floor(y! / block), Math.floor(x! / block), inBlock]);
    };
    const moved = () => tf.depthToSpace(counted(shape) as tf.Tensor4D, block, 'NHWC');
    await expectMoved(moved, out, gathered(out, source));
  });

  test('concat, split and slice of long and short rows', async () => {
    for (const inner of [1, 3, 64, 500]) {
      const [a, b] = [counted([9, 4, inner]), counted([9, 3, inner])];
      const source = ([i, j, k]: number[]) => (j! < 4 ? offset([9, 4, inner], [i!, j!, k!]) : undefined);
      const joined = () => tf.concat([a, tf.zerosLike(b)], 1);
      await expectMoved(joined, [9, 7, inner], gathered([9, 7, inner], source));
      const middle = ([i, j, k]: number[]) => offset([9, 4, inner], [i!, j! + 1, k!]);
      await expectMoved(() => tf.split(a, [1, 2, 1], 1)[1]!, [9, 2, inner], gathered([9, 2, inner], middle));
      await expectMoved(
        () => a.slice([0, 1, 0], [9, 2, inner]),
        [9, 2, inner],
        gathered([9, 2, inner], middle),
      );
    }
  });
});
