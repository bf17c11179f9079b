import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { createRandomStream } from '../random/create-random-stream.ts';
import { dropout } from './dropout.ts';

describeOnBackends('dropout', () => {
  const draw = (seed: number, rate = 0.25) => {
    const y = tf.tidy(() => dropout(tf.ones([4000]), rate, createRandomStream(seed)));
    const values = [...y.dataSync()];
    y.dispose();
    return values;
  };

  test('drops the stated share and scales the rest, so that the mean stays', () => {
    const values = draw(1);
    const kept = values.filter((value) => value !== 0);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / 0.75)]));
    expect(Math.abs(kept.length / 4000 - 0.75)).toBeLessThan(4 * Math.sqrt((0.75 * 0.25) / 4000));
  });

  test('the mask is a function of the stream, not of chance', () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  test('rate 0 changes nothing; impossible rates are refused', () => {
    expect(new Set(draw(1, 0))).toEqual(new Set([1]));
    for (const rate of [-0.1, 1, Number.NaN]) {
      expect(() => draw(1, rate)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
    }
  });
});
