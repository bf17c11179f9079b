import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { dropLabels } from './drop-labels.ts';

describeOnBackends('dropLabels', () => {
  const count = 20_000;
  const labels = () => tf.range(0, count, 1, 'int32');
  const dropped = (labelDropout: number, seed: number) =>
    dropLabels(labels() as tf.Tensor1D, { labelDropout, rng: createRandomStream(seed) });

  test('of 20 000 labels the share within three standard errors is −1, the others stay, each on its own', () => {
    for (const labelDropout of [0.1, 0.5]) {
      const result = dropped(labelDropout, 1);
      const values = result.dataSync<'int32'>();
      const lost = values.reduce((sum, value) => sum + (value === -1 ? 1 : 0), 0);
      const standardError = Math.sqrt(count * labelDropout * (1 - labelDropout));
      expect(Math.abs(lost - count * labelDropout)).toBeLessThan(3 * standardError);
      expect(values.every((value, i) => value === -1 || value === i)).toBe(true);
      expect(result.dtype).toBe('int32');
      // By batches of 64 the numbers scatter as of independent draws: neither all nor none.
      const batches = Array.from({ length: 300 }, (_, b) => values.subarray(64 * b, 64 * (b + 1)));
      const counts = batches.map((batch) => batch.filter((value) => value === -1).length);
      expect(Math.max(...counts)).toBeLessThan(64);
      expect(new Set(counts).size).toBeGreaterThan(5);
    }
  });

  test('the same stream drops the same labels, another others, and a share of 0 none', () => {
    expect(dropped(0.3, 1).dataSync()).toEqual(dropped(0.3, 1).dataSync());
    expect(dropped(0.3, 1).dataSync()).not.toEqual(dropped(0.3, 2).dataSync());
    expect(dropped(0, 1).dataSync()).toEqual(labels().dataSync());
  });

  test('it leaves nothing behind but its result', () =>
    expectNoLeaks(() => {
      const given = tf.tensor1d([1, 2], 'int32');
      dropLabels(given, { labelDropout: 0.5, rng: createRandomStream(1) }).dispose();
      given.dispose();
    }));

  test('a share outside [0, 1) is refused', () => {
    for (const share of [-0.1, 1, Number.NaN]) expect(() => dropped(share, 1)).toThrow(/in \[0, 1\)/);
  });
});
