import { tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import { ddimSteps, stepDdim } from './step.ts';

const schedule = createNoiseSchedule({ betas: [0.36, 0.75] });

describeOnBackends('stepDdim', () => {
  const [step] = ddimSteps(schedule); // ᾱ 0.16 → 0.64
  const input = (noise: number) => ({
    step: step!,
    xt: tf.tensor4d([1], [1, 1, 1, 1]),
    prediction: { prediction: tf.tensor4d([noise], [1, 1, 1, 1]) },
    predictionType: 'epsilon' as const,
  });
  const xStartOf = (noise: number) => (1 - Math.sqrt(0.84) * noise) / 0.4;

  test('without clipping it is the equation by hand, whichever ε goes on', () => {
    for (const clippedNoise of ['model', 'rederived'] as const) {
      const { xStart, xPrevious } = stepDdim({ ...input(0.8), clippedNoise });
      expect(xStart).toBeAllClose([xStartOf(0.8)]);
      expect(xPrevious).toBeAllClose([0.8 * xStartOf(0.8) + 0.6 * 0.8]);
    }
  });

  test('where x_0 is clipped, the model’s ε stays or gives way to the one that leads to x_t', () => {
    expect(xStartOf(0)).toBeCloseTo(2.5, 10);
    const model = stepDdim({ ...input(0), clippedNoise: 'model' });
    expect(model.xStart).toBeAllClose([1]);
    expect(model.xPrevious).toBeAllClose([0.8]);
    const rederived = stepDdim({ ...input(0), clippedNoise: 'rederived' });
    expect(rederived.xPrevious).toBeAllClose([0.8 + (0.6 * (1 - 0.4)) / Math.sqrt(0.84)]);
  });

  test('noise enters with the deviation of the step, and only where it has one', () => {
    const noise = tf.tensor4d([2], [1, 1, 1, 1]);
    const [random] = ddimSteps(schedule, { eta: 1 });
    const without = stepDdim({ ...input(0.8), step: random! }).xPrevious;
    const withNoise = stepDdim({ ...input(0.8), step: random!, noise }).xPrevious;
    expect(withNoise.sub(without)).toBeAllClose([2 * Math.sqrt(random!.variance)]);
    expect(random!.variance).toBeCloseTo((0.36 / 0.84) * (1 - 0.16 / 0.64), 12);
    expect(stepDdim({ ...input(0.8), noise }).xPrevious).toBeAllClose(stepDdim(input(0.8)).xPrevious);
  });
});
