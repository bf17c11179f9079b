import { tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import type { PredictionType } from '../denoiser.ts';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import { ddimSteps, stepDdim } from './step.ts';

// The full loop of diffusers' own scheduler tests: model(x, t) = x · t / (t + 1) on a fixed sample, ten leading steps.
function fullLoop(options: {
  predictionType?: PredictionType;
  betaStart?: number;
  setAlphaToOne?: boolean;
}): number {
  const { predictionType = 'epsilon', betaStart = 1e-4, setAlphaToOne = true } = options;
  const schedule = createNoiseSchedule({ kind: 'linear', timesteps: 1000, betaStart });
  const steps = ddimSteps(schedule, {
    numInferenceSteps: 10,
    timestepSpacing: 'leading',
    previousTimestep: 'fixed-stride',
    setAlphaToOne,
  });
  const last = steps.reduce<tf.Tensor4D>(
    (xt, step) => {
      const prediction = { prediction: xt.mul(step.t / (step.t + 1)) as tf.Tensor4D };
      return stepDdim({ step, xt, prediction, predictionType }).xPrevious;
    },
    tf.range(0, 768).div(768).reshape([3, 8, 8, 4]),
  );
  return last.abs().sum().dataSync()[0]!;
}

describeOnBackends('the full loops of diffusers’ tests', () => {
  test('epsilon: 172.0067', () => {
    expect(fullLoop({})).toBeCloseTo(172.0067, 2);
  });

  test('v: 52.5302', () => {
    expect(fullLoop({ predictionType: 'v' })).toBeCloseTo(52.5302, 2);
  });

  test('betaStart 0.01: 149.8295, and 149.0784 where the last step leads to ᾱ_0', () => {
    expect(fullLoop({ betaStart: 0.01 })).toBeCloseTo(149.8295, 2);
    expect(fullLoop({ betaStart: 0.01, setAlphaToOne: false })).toBeCloseTo(149.0784, 2);
  });
});
