import { readFileSync } from 'node:fs';
import '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import type { SamplerStep } from '../denoiser.ts';
import { type JsonObject, readDiffusersScheduler } from '../diffusers/index.ts';
import { dpmSolverSteps } from '../dpm-solver/step.ts';
import { eulerSteps } from '../euler/step.ts';
import { flowPlan } from '../flow-matching/sample.ts';
import { flowSigmas } from '../flow-matching/step.ts';
import { heunSteps } from '../heun/step.ts';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import { uniPcSteps } from '../uni-pc/step.ts';
import { sigmaOf, timestepOfSigma } from './sigma-table.ts';
import { solverTimes } from './solver-times.ts';

interface TimestepCase {
  readonly cls: string;
  readonly config: JsonObject;
  readonly num_inference_steps: number;
  readonly timesteps: number[];
  readonly sigmas?: number[];
}

const path = new URL('../../../../fixtures/reference/schedulers/timesteps.json', import.meta.url);
const recorded = JSON.parse(readFileSync(path, 'utf8')) as TimestepCase[];
const cases = recorded.filter(({ cls }) => /^(Euler|Heun|DPM)/.test(cls));

test('timesteps and sigmas are those that diffusers recorded for Euler, Heun and DPM-Solver++', () => {
  expect(cases).toHaveLength(18);
  for (const { cls, config, num_inference_steps: numInferenceSteps, timesteps, sigmas } of cases) {
    const read = readDiffusersScheduler({ ...config, _class_name: cls });
    const schedule = createNoiseSchedule(read.schedule);
    const steps: readonly SamplerStep[] = {
      euler: () => eulerSteps(schedule, { ...read.euler, numInferenceSteps }),
      heun: () => heunSteps(schedule, { ...read.heun, numInferenceSteps }),
      'dpm-solver': () => dpmSolverSteps(schedule, { ...read.dpmSolver, numInferenceSteps }),
    }[read.sampler as 'euler' | 'heun' | 'dpm-solver']();
    const where = `${cls} ${JSON.stringify(config)}`;
    expect(steps, where).toHaveLength(timesteps.length);
    const reached = [...steps.map(({ alphaCumprod }) => alphaCumprod), steps.at(-1)!.alphaCumprodPrevious];
    steps.forEach(({ t }, k) => {
      expect(Math.abs(t - timesteps[k]!), where).toBeLessThanOrEqual(1e-4);
    });
    const atol = 1e-5 * Math.max(...sigmas!);
    reached.forEach((alpha, k) => {
      expect(Math.abs(sigmaOf(alpha) - sigmas![k]!), where).toBeLessThan(atol);
    });
  }
});

test('timesteps and sigmas are those recorded for flow matching, from σ = 1/T; evenly to 0 they are not', () => {
  const flows = recorded.filter(({ cls }) => cls === 'FlowMatchEulerDiscreteScheduler');
  expect(flows).toHaveLength(2);
  for (const { config, num_inference_steps: numInferenceSteps, timesteps, sigmas } of flows) {
    const options = { numInferenceSteps, timesteps: Number(config.num_train_timesteps) };
    const { steps } = flowPlan({ ...options, sigmaSpacing: 'sigma-min' });
    expect(steps.map(({ t }) => t)).toBeAllClose(timesteps, { rtol: 1e-6 });
    expect(flowSigmas({ ...options, sigmaSpacing: 'sigma-min' })).toBeAllClose(sigmas!, { rtol: 1e-6 });
    expect(flowSigmas(options)).not.toBeAllClose(sigmas!, { rtol: 1e-3 });
  }
});

const schedule = createNoiseSchedule({ kind: 'linear', timesteps: 1000 });
const zeroSnr = createNoiseSchedule({ kind: 'linear', timesteps: 1000, rescaleBetasZeroSnr: true });
const makers = { eulerSteps, heunSteps, dpmSolverSteps, uniPcSteps };

test('for every spacing the previous step is the next element of the list, and the last ends at clean data', () => {
  for (const timestepSpacing of ['leading', 'linspace', 'trailing'] as const) {
    for (const numInferenceSteps of [1, 7, 300]) {
      const times = solverTimes(schedule, { timestepSpacing, numInferenceSteps });
      expect(times).toHaveLength(numInferenceSteps + 1);
      expect(times.at(-1)).toEqual({ t: -1, alphaCumprod: 1 });
      for (const steps of [
        eulerSteps(schedule, { timestepSpacing, numInferenceSteps }),
        dpmSolverSteps(schedule, { timestepSpacing, numInferenceSteps }),
        uniPcSteps(schedule, { timestepSpacing, numInferenceSteps }),
      ]) {
        steps.forEach((step, k) => {
          expect(step.t).toBe(times[k]!.t);
          expect(step.previousT).toBe(times[k + 1]!.t);
          expect(step.alphaCumprodPrevious).toBe(times[k + 1]!.alphaCumprod);
        });
      }
    }
  }
});

test('a list of one’s own may be fractional and uneven', () => {
  const customTimesteps = [999, 500.25, 3.5, 0];
  expect(solverTimes(schedule, { customTimesteps }).map(({ t }) => t)).toEqual([...customTimesteps, -1]);
  const between = solverTimes(schedule, { customTimesteps: [0.5] })[0]!.alphaCumprod;
  expect(between).toBeLessThan(schedule.alphasCumprod[0]!);
  expect(between).toBeGreaterThan(schedule.alphasCumprod[1]!);
});

test('Karras’ spacing is even in σ^(1/7), the exponential one in log σ, from the first σ to the last', () => {
  for (const [sigmaSpacing, scale] of [
    ['karras', (sigma: number) => sigma ** (1 / 7)],
    ['exponential', Math.log],
  ] as const) {
    const times = solverTimes(schedule, { sigmaSpacing, numInferenceSteps: 9 }).slice(0, -1);
    const scaled = times.map(({ alphaCumprod }) => scale(sigmaOf(alphaCumprod)));
    const gap = scaled[1]! - scaled[0]!;
    scaled.slice(1).forEach((value, k) => {
      expect(value - scaled[k]!).toBeCloseTo(gap, 8);
    });
    expect(times[0]!.t).toBeCloseTo(999, 8);
    expect(times[8]!.t).toBeCloseTo(0, 8);
  }
});

test('the timestep of a σ is that of the table, at its ends too', () => {
  for (const t of [0, 1, 500, 998, 999])
    expect(timestepOfSigma(schedule, sigmaOf(schedule.alphasCumprod[t]!))).toBeCloseTo(t, 8);
  expect(timestepOfSigma(schedule, 1e-9)).toBe(0);
  expect(timestepOfSigma(schedule, 1e9)).toBe(999);
});

test('every coefficient is finite, from pure noise, in one step, in all T, and over one timestep', () => {
  const single = createNoiseSchedule({ betas: [0.5] });
  const runs = [
    [zeroSnr, { numInferenceSteps: 1 }],
    [zeroSnr, { numInferenceSteps: 2 }],
    [zeroSnr, { numInferenceSteps: 20 }],
    [zeroSnr, { timestepSpacing: 'linspace', numInferenceSteps: 1000 }],
    [schedule, {}],
    [schedule, { setAlphaToOne: false, timestepSpacing: 'leading', numInferenceSteps: 5 }],
    [schedule, { sigmaSpacing: 'karras', numInferenceSteps: 1 }],
    [createNoiseSchedule({ kind: 'cosine', timesteps: 1000 }), { numInferenceSteps: 3 }],
    [single, {}],
  ] as const;
  for (const [on, options] of runs) {
    for (const [name, make] of Object.entries(makers)) {
      for (const step of make(on, options)) {
        const numbers = JSON.stringify(step);
        expect(numbers, `${name} ${JSON.stringify(options)}`).not.toMatch(/null/);
      }
    }
  }
});

test('impossible options are refused with what is allowed', () => {
  const refused = (message: RegExp) =>
    expect.objectContaining({ code: 'E_CONFIG', message: expect.stringMatching(message) });
  const cases: [object, RegExp][] = [
    [{ numInferenceSteps: 0 }, /got 0, expected 1 … 1000/],
    [{ numInferenceSteps: 1001 }, /1 … 1000/],
    [{ numInferenceSteps: 2.5 }, /got 2\.5/],
    [{ timestepSpacing: 'even' }, /leading \| linspace \| trailing/],
    [{ sigmaSpacing: 'beta' }, /timesteps \| karras \| exponential/],
    [{ stepsOffset: -1 }, /an integer ≥ 0/],
    [{ customTimesteps: [] }, /0 … 999/],
    [{ customTimesteps: [5, 5] }, /fall strictly/],
    [{ customTimesteps: [999.5] }, /0 … 999/],
    [{ customTimesteps: [Number.NaN] }, /0 … 999/],
  ];
  for (const [options, message] of cases)
    for (const make of Object.values(makers)) expect(() => make(schedule, options)).toThrow(refused(message));
  expect(() => solverTimes(zeroSnr, { sigmaSpacing: 'karras' })).toThrow(refused(/without any signal/));
  expect(() => heunSteps(zeroSnr, { trapezoid: 'sigma' })).toThrow(refused(/infinite sigma/));
  expect(() => heunSteps(schedule, { trapezoid: 'even' as never })).toThrow(refused(/log-snr \| sigma/));
  expect(() => eulerSteps(schedule, { eta: 2 })).toThrow(refused(/eta.*0 … 1/));
  expect(() => dpmSolverSteps(schedule, { solverOrder: 3 as never })).toThrow(refused(/1 \| 2/));
  expect(() => dpmSolverSteps(schedule, { equation: 'pde' as never })).toThrow(refused(/ode \| sde/));
  expect(() => uniPcSteps(schedule, { solverOrder: 0 as never })).toThrow(refused(/1 \| 2/));
});
