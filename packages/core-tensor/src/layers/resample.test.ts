import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import '../testing/to-be-all-close.ts';
import { averagePool, spaceToDepth, upsampleNearest } from './resample.ts';

describeOnBackends('resampling', () => {
  const twoImages = [1, 2, 3, 4, 5, 6, 7, 8];

  test('upsampleNearest makes squares of equal pixels, per image', () => {
    const x = tf.tensor4d(twoImages, [2, 2, 2, 1]);
    const y = upsampleNearest(x, 2);
    expect(y.shape).toEqual([2, 4, 4, 1]);
    const square = (a: number, b: number, c: number, d: number) => [
      a,
      a,
      b,
      b,
      a,
      a,
      b,
      b,
      c,
      c,
      d,
      d,
      c,
      c,
      d,
      d,
    ];
    expect(y).toBeAllClose([...square(1, 2, 3, 4), ...square(5, 6, 7, 8)], { rtol: 0, atol: 0 });
    tf.dispose([x, y]);
  });

  test('averagePool undoes upsampleNearest', () => {
    const x = tf.tensor4d(twoImages, [2, 2, 2, 1]);
    const y = tf.tidy(() => averagePool(upsampleNearest(x, 3), 3));
    expect(y).toBeAllClose(x);
    tf.dispose([x, y]);
  });

  test('spaceToDepth orders channels by row, column, channel, and depthToSpace is its inverse', () => {
    const x = tf.tensor4d([...Array(24).keys()], [1, 2, 4, 3]);
    const y = spaceToDepth(x, 2);
    expect(y.shape).toEqual([1, 1, 2, 12]);
    expect([...y.dataSync()].slice(0, 12)).toEqual([0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17]);
    const back = tf.depthToSpace(y, 2);
    expect(back).toBeAllClose(x, { rtol: 0, atol: 0 });
    tf.dispose([x, y, back]);
  });

  test('sizes with a remainder are refused', () => {
    const x = tf.zeros([1, 3, 4, 1]) as tf.Tensor4D;
    for (const f of [averagePool, spaceToDepth]) {
      expect(() => f(x, 2)).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
    }
    expect(() => upsampleNearest(x, 1.5)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
    x.dispose();
  });
});
