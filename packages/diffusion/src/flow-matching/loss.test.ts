import { tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import type { Denoiser } from '../denoiser.ts';
import { flowMatchingLoss } from './loss.ts';

describeOnBackends('flowMatchingLoss', () => {
  const input = () => ({
    xStart: tf.tensor4d([1, -1], [2, 1, 1, 1]),
    noise: tf.tensor4d([0.5, 2], [2, 1, 1, 1]),
    sigma: tf.tensor1d([0.25, 0.5]),
  });
  const answering = (value: number, seen: number[][] = []): Denoiser => ({
    predictionType: 'flow',
    varianceType: 'fixed',
    predict: (x, t) => {
      seen.push([...x.dataSync()], [...t.dataSync()]);
      return { prediction: tf.fill(x.shape, value) };
    },
  });

  test('it is the mean squared distance to ε − x_0, by hand', () => {
    const { total } = flowMatchingLoss(answering(0.5), input());
    expect(total.dataSync()[0]).toBeCloseTo(((-0.5 - 0.5) ** 2 + (3 - 0.5) ** 2) / 2, 6);
  });

  test('the denoiser sees the point of the straight path and t = σT', () => {
    const seen: number[][] = [];
    flowMatchingLoss(answering(0, seen), { ...input(), timesteps: 200 });
    expect(seen[0]).toEqual([0.75 * 1 + 0.25 * 0.5, 0.5 * -1 + 0.5 * 2]);
    expect(seen[1]).toEqual([50, 100]);
  });

  test('a denoiser of a noise schedule is refused', () => {
    expect(() => flowMatchingLoss({ ...answering(0), predictionType: 'v' }, input())).toThrow(
      expect.objectContaining({ code: 'E_CONFIG' }),
    );
  });
});
