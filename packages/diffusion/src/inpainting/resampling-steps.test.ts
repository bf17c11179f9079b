import { expect, test } from 'vitest';
import { ddpmSteps } from '../ddpm/step.ts';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import { resamplingSteps } from './resampling-steps.ts';

const schedule = createNoiseSchedule({ kind: 'linear', timesteps: 100 });
const steps = ddpmSteps(schedule, { numInferenceSteps: 4 });
const walked = (jumpLength: number, resamplings: number) =>
  resamplingSteps(steps, jumpLength, resamplings).map(({ t }) => steps.findIndex((step) => step.t === t));

test('without resampling the walk is the sampler itself', () => {
  expect(resamplingSteps(steps, 2, 1)).toEqual(steps);
});

test('each stretch is walked as often as asked', () => {
  expect(walked(2, 3)).toEqual([0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3]);
  expect(walked(1, 2)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
});

test('a step that is walked again is another entry, so that it draws other noise', () => {
  const walk = resamplingSteps(steps, 2, 3);
  expect(new Set(walk).size).toBe(walk.length);
});

test('a stretch that is too short for a jump is walked once', () => {
  expect(walked(3, 2)).toEqual([0, 1, 2, 3, 1, 2, 3]);
  expect(walked(5, 4)).toEqual([0, 1, 2, 3]);
});

test('a jump leads to the level that the next step starts from', () => {
  const walk = resamplingSteps(steps, 2, 3);
  walk.forEach(({ noisedTo, alphaCumprodPrevious }, i) => {
    const next = walk[i + 1];
    if (next) expect(noisedTo ?? alphaCumprodPrevious).toBe(next.alphaCumprod);
  });
  expect(walk.filter(({ noisedTo }) => noisedTo !== undefined)).toHaveLength(4);
});
