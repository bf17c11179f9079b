import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { createRandomStream } from './create-random-stream.ts';
import type { RandomStream } from './random-stream.ts';
import { rowsOfStream } from './rows-of-stream.ts';

describeOnBackends('rowsOfStream', () => {
  /** Two draws of each kind with rows of odd length, so that words are read from both halves of a block. */
  const drawAll = (stream: RandomStream, count: number): number[][][] =>
    tf.tidy(() =>
      [
        stream.uniform([count, 3]),
        stream.fork('mask').uniform([count, 5], -1, 2),
        stream.normal([count, 3]),
        stream.integers([count, 1], 0, 1000),
        stream.normal([count, 1], 1, 2),
      ].map((tensor) => tensor.arraySync() as number[][]),
    );

  test.each([
    [7, [3, 4]],
    [7, [1, 1, 5]],
    [4, [4]],
  ])('the slices of %d rows put together are the rows of the whole', (total, sizes) => {
    const whole = drawAll(createRandomStream(5), total);
    let first = 0;
    const joined: number[][][] = whole.map(() => []);
    for (const count of sizes) {
      const slice = drawAll(rowsOfStream(createRandomStream(5), { first, count, total }), count);
      slice.forEach((rows, i) => {
        joined[i]!.push(...rows);
      });
      first += count;
    }
    expect(joined).toEqual(whole);
  });

  test('a stream that nobody cuts gives every slice the first rows', () => {
    const whole = drawAll(createRandomStream(5), 4);
    const second = drawAll(createRandomStream(5), 2);
    expect(second[0]).not.toEqual(whole[0]!.slice(2));
  });

  test('draws that are not of the batch are the same in every slice', () => {
    const draws = (first: number) => {
      const stream = rowsOfStream(createRandomStream(5), { first, count: 2, total: 6 });
      return tf.tidy(() => [
        [...stream.permutation(5)],
        [...stream.uniform([7]).dataSync()],
        stream.uniform([2, 3]).arraySync(),
        [...stream.normalRows(3, 1, [2]).dataSync()],
      ]);
    };
    const [a, b] = [draws(0), draws(4)];
    expect([a[0], a[1], a[3]]).toEqual([b[0], b[1], b[3]]);
    expect(a[2]).not.toEqual(b[2]);
  });
});
