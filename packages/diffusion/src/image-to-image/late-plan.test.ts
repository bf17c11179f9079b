import { expect, test } from 'vitest';
import { ddimPlan } from '../ddim/sample.ts';
import type { SamplerStep } from '../denoiser.ts';
import { flowPlan } from '../flow-matching/sample.ts';
import { heunPlan } from '../heun/sample.ts';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import type { SamplerPlan } from '../samplers/run-sampler.ts';
import { latePlan } from './late-plan.ts';

const schedule = createNoiseSchedule({ kind: 'linear', timesteps: 1000 });

test('the strength is the share of steps that is left', () => {
  const plan = ddimPlan(schedule, { numInferenceSteps: 10 });
  const left = (strength: number) => latePlan(plan, strength).steps.length;
  expect([0, 0.04, 0.05, 0.3, 0.5, 0.75, 0.99, 1].map(left)).toEqual([0, 0, 1, 3, 5, 8, 10, 10]);
  expect(latePlan(plan, 0.3).steps).toEqual(plan.steps.slice(7));
  expect(latePlan(plan, 1).steps).toBe(plan.steps);
});

test('no run starts at the second half of a step, whatever the strength', () => {
  const assertWholeSteps = <Step extends SamplerStep>(plan: SamplerPlan<Step>) => {
    expect(plan.steps).toHaveLength(15);
    for (let kept = 1; kept <= 8; kept++) {
      const { steps } = latePlan(plan, kept / 8);
      expect(steps).toHaveLength(2 * kept - 1);
      expect(steps[0]!.previousT).toBeLessThan(steps[0]!.t);
    }
  };
  assertWholeSteps(heunPlan(schedule, { numInferenceSteps: 8 }));
  assertWholeSteps(flowPlan({ numInferenceSteps: 8, solver: 'heun' }));
});

test('a strength outside 0 … 1 is refused', () => {
  for (const strength of [-0.1, 1.1, Number.NaN]) {
    expect(() => latePlan(flowPlan(), strength)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
  }
});
