import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inferenceTimesteps } from './inference-timesteps.ts';

interface TimestepCase {
  readonly cls: string;
  readonly config: { num_train_timesteps: number; timestep_spacing: 'leading'; steps_offset: number };
  readonly num_inference_steps: number;
  readonly timesteps: number[];
}

const path = new URL('../../../../fixtures/reference/schedulers/timesteps.json', import.meta.url);
const cases = (JSON.parse(readFileSync(path, 'utf8')) as TimestepCase[]).filter(({ cls }) =>
  ['DDPMScheduler', 'DDIMScheduler'].includes(cls),
);

test('every spacing equals the recorded timesteps of diffusers', () => {
  expect(cases).toHaveLength(12);
  for (const { config, num_inference_steps: numInferenceSteps, timesteps } of cases) {
    const { timestep_spacing: timestepSpacing, steps_offset: stepsOffset } = config;
    const options = { numInferenceSteps, timestepSpacing, stepsOffset };
    expect(inferenceTimesteps(config.num_train_timesteps, options)).toEqual(timesteps);
  }
});

test('leading with an offset of 1 gives 801, 601, 401, 201, 1', () => {
  const options = { numInferenceSteps: 5, timestepSpacing: 'leading', stepsOffset: 1 } as const;
  expect(inferenceTimesteps(1000, options)).toEqual([801, 601, 401, 201, 1]);
});

test('all T steps visit every timestep, whatever the spacing', () => {
  const all = Array.from({ length: 37 }, (_, i) => 36 - i);
  for (const timestepSpacing of ['leading', 'linspace', 'trailing'] as const) {
    expect(inferenceTimesteps(37, { timestepSpacing })).toEqual(all);
  }
});

test('every number of steps from 1 to T gives falling timesteps that many', () => {
  for (const timestepSpacing of ['leading', 'linspace', 'trailing'] as const) {
    for (let numInferenceSteps = 1; numInferenceSteps <= 50; numInferenceSteps++) {
      expect(inferenceTimesteps(50, { timestepSpacing, numInferenceSteps })).toHaveLength(numInferenceSteps);
    }
  }
  expect(inferenceTimesteps(50, { timestepSpacing: 'linspace', numInferenceSteps: 1 })).toEqual([49]);
});

test('impossible step counts and lists are refused with the allowed range', () => {
  const cases: [object, RegExp][] = [
    [{ numInferenceSteps: 0 }, /got 0, expected 1 … 10/],
    [{ numInferenceSteps: 11 }, /got 11, expected 1 … 10/],
    [{ numInferenceSteps: 2.5 }, /got 2\.5/],
    [{ timestepSpacing: 'karras' }, /leading \| linspace \| trailing/],
    [{ numInferenceSteps: 10, timestepSpacing: 'leading', stepsOffset: 1 }, /timestep 0 of 10.*0 … 9/],
    [{ customTimesteps: [] }, /no timesteps/],
    [{ customTimesteps: [9, 4, 4] }, /timestep 2 of 3.*got 4 after 4/],
    [{ customTimesteps: [3, 5] }, /got 5 after 3/],
    [{ customTimesteps: [10, 5] }, /got 10 after the start/],
    [{ customTimesteps: [5.5] }, /got 5\.5/],
    [{ customTimesteps: [5, -1] }, /got -1/],
  ];
  for (const [options, message] of cases) {
    expect(() => inferenceTimesteps(10, options as never)).toThrow(
      expect.objectContaining({ code: 'E_CONFIG', message: expect.stringMatching(message) }),
    );
  }
});
