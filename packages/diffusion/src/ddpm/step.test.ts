import { tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import { ddpmSteps, stepDdpm } from './step.ts';

const schedule = createNoiseSchedule({ kind: 'linear', timesteps: 100 });
const zero = () => tf.zeros<tf.Rank.R4>([1, 1, 1, 2]);

describeOnBackends('stepDdpm', () => {
  const input = (variance?: tf.Tensor4D) => ({
    step: ddpmSteps(schedule, { clipDenoised: false })[40]!,
    xt: zero(),
    prediction: { prediction: zero(), variance },
    predictionType: 'sample' as const,
    noise: tf.ones<tf.Rank.R4>([1, 1, 1, 2]),
  });

  test('a learned range runs from the posterior variance to beta, in the logarithm', () => {
    const { step } = input();
    const [low, high] = [schedule.posteriorVariance[step.t]!, schedule.betas[step.t]!];
    const ends = stepDdpm({ ...input(tf.tensor4d([-1, 1], [1, 1, 1, 2])), varianceType: 'learned-range' });
    expect(ends.xPrevious).toBeAllClose([Math.sqrt(low), Math.sqrt(high)]);
    const middle = stepDdpm({ ...input(zero()), varianceType: 'learned-range' });
    expect(middle.xPrevious).toBeAllClose(new Array(2).fill(Math.sqrt(Math.sqrt(low * high))));
  });

  test('a learned variance is taken as it is', () => {
    const { xPrevious } = stepDdpm({
      ...input(tf.tensor4d([0.04, 0.25], [1, 1, 1, 2])),
      varianceType: 'learned',
    });
    expect(xPrevious).toBeAllClose([0.2, 0.5]);
  });

  test('a denoiser that promises a variance and gives none is refused', () => {
    expect(() => stepDdpm({ ...input(), varianceType: 'learned' })).toThrow(
      expect.objectContaining({ code: 'E_CONFIG' }),
    );
  });
});
