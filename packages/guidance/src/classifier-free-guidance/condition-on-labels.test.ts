import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { conditionOnLabels } from './condition-on-labels.ts';

describeOnBackends('conditionOnLabels', () => {
  const count = 20_000;
  const labels = () => tf.range(0, count, 1, 'int32');
  const given = (labelDropout: number, seed: number) =>
    conditionOnLabels({ labelDropout })({ labels: labels() }, createRandomStream(seed)).labels;
  const read = (tensor: tf.Tensor) => tensor.dataSync<'int32'>();

  test('of 20 000 labels the share within three standard errors is −1, the others stay, each on its own', () => {
    for (const labelDropout of [0.1, 0.5]) {
      const result = given(labelDropout, 1);
      const values = read(result);
      const dropped = values.filter((value) => value === -1).length;
      const standardError = Math.sqrt(count * labelDropout * (1 - labelDropout));
      expect(Math.abs(dropped - count * labelDropout)).toBeLessThan(3 * standardError);
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
    expect(read(given(0.3, 1))).toEqual(read(given(0.3, 1)));
    expect(read(given(0.3, 1))).not.toEqual(read(given(0.3, 2)));
    expect(read(given(0, 1))).toEqual(read(labels()));
  });

  test('it leaves nothing behind but its result', () =>
    expectNoLeaks(() => {
      const batch = { labels: tf.tensor1d([1, 2], 'int32') };
      tf.dispose([conditionOnLabels()(batch, createRandomStream(1)), batch]);
    }));
});

test('a share outside [0, 1) is refused before the first step, a batch without labels at it', () => {
  for (const labelDropout of [-0.1, 1, Number.NaN]) {
    expect(() => conditionOnLabels({ labelDropout })).toThrow(/in \[0, 1\)/);
  }
  expect(() => conditionOnLabels()({}, createRandomStream(1))).toThrow(
    expect.objectContaining({ code: 'E_LABEL' }),
  );
});
