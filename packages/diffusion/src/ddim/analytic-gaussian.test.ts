import { expect, test } from 'vitest';
import { ddpmSteps } from '../ddpm/step.ts';
import type { SamplerStep } from '../denoiser.ts';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import { sampledMoments } from '../samplers/gaussian-denoiser.test-support.ts';
import type { DdimConfig } from './config.ts';
import { ddimSteps, ddimVariance } from './step.ts';

// Data N(mean, deviation²): the best prediction of x_0 is linear in x_t, so mean and variance of the samples follow
// exactly, in float64, from the coefficients of the steps.
const data = { mean: 0.4, deviation: 0.6 };
const schedule = createNoiseSchedule({ kind: 'linear', timesteps: 1000 });

function errorOf(steps: readonly SamplerStep[]): number {
  const { mean, deviation } = sampledMoments(data, steps);
  return Math.hypot(mean - data.mean, deviation - data.deviation);
}

// Dense near clean data, as hand-made lists are.
const unevenList = [
  ...new Set(Array.from({ length: 250 }, (_, i) => Math.round(999 * (i / 249) ** 2))),
].reverse();
const spacings = ['leading', 'linspace', 'trailing'] as const;

test('every spacing recovers the data at first order, S dividing T or not', () => {
  for (const timestepSpacing of spacings) {
    for (const numInferenceSteps of [50, 70, 300, 600]) {
      const error = errorOf(ddimSteps(schedule, { numInferenceSteps, timestepSpacing }));
      // Leading with S = 600 starts at t = 599: noise where there should still be signal.
      const starts = timestepSpacing === 'leading' && numInferenceSteps === 600;
      if (!starts)
        expect(error, `${timestepSpacing} ${numInferenceSteps}`).toBeLessThan(2 / numInferenceSteps);
    }
  }
  expect(errorOf(ddimSteps(schedule, { customTimesteps: unevenList }))).toBeLessThan(0.02);
});

test('the fixed stride misses the data with linspace, with trailing where S does not divide T, and with uneven lists', () => {
  const errors = (options: DdimConfig) => ({
    right: errorOf(ddimSteps(schedule, options)),
    wrong: errorOf(ddimSteps(schedule, { ...options, previousTimestep: 'fixed-stride' })),
  });
  for (const timestepSpacing of ['linspace', 'trailing'] as const) {
    const { right, wrong } = errors({ timestepSpacing, numInferenceSteps: 300 });
    expect(wrong).toBeGreaterThan(5 * right);
  }
  const { right, wrong } = errors({ customTimesteps: unevenList });
  expect(wrong).toBeGreaterThan(5 * right);
  // Where S divides T, leading and trailing are the stride.
  for (const timestepSpacing of ['leading', 'trailing'] as const) {
    const even = errors({ timestepSpacing, numInferenceSteps: 50 });
    expect(even.wrong).toBe(even.right);
  }
});

test('the previous step is the next list element for every spacing and list, and the last step ends at ᾱ = 1', () => {
  const lists: DdimConfig[] = [{ customTimesteps: unevenList }, { customTimesteps: [998, 3, 1] }];
  // 7 and 300 do not divide 1 000.
  for (const timestepSpacing of spacings)
    for (const numInferenceSteps of [1, 7, 300, 1000]) lists.push({ numInferenceSteps, timestepSpacing });
  for (const options of lists) {
    const steps = ddimSteps(schedule, options);
    steps.forEach((step, k) => {
      const next = steps[k + 1];
      expect(step.previousT).toBe(next?.t ?? -1);
      expect(step.alphaCumprod).toBe(schedule.alphasCumprod[step.t]);
      expect(step.alphaCumprodPrevious).toBe(next?.alphaCumprod ?? 1);
    });
    expect(steps).toHaveLength(options.customTimesteps?.length ?? options.numInferenceSteps!);
    expect(steps.at(-1)).toMatchObject({ alphaCumprodPrevious: 1, variance: 0 });
  }
  const last = ddimSteps(schedule, { numInferenceSteps: 7, setAlphaToOne: false }).at(-1)!;
  expect(last.alphaCumprodPrevious).toBe(schedule.alphasCumprod[0]);
});

test('the error falls in proportion to the step size', () => {
  const deviationError = (numInferenceSteps: number) =>
    Math.abs(sampledMoments(data, ddimSteps(schedule, { numInferenceSteps })).deviation - data.deviation);
  const orders = [25, 50, 100].map((count) => Math.log2(deviationError(count) / deviationError(2 * count)));
  for (const order of orders) {
    expect(order).toBeGreaterThan(0.7);
    expect(order).toBeLessThan(1.4);
  }
});

test('eta = 1 over all T takes the very steps of DDPM', () => {
  const ddim = ddimSteps(schedule, { eta: 1 });
  const ddpm = ddpmSteps(schedule);
  expect(ddim).toHaveLength(1000);
  ddim.forEach((step, k) => {
    const expected = ddpm[k]!;
    expect(step.variance).toBeCloseTo(expected.variance, 13);
    expect(step.posteriorMeanCoefficients[0]).toBeCloseTo(expected.posteriorMeanCoefficients[0], 10);
    expect(step.posteriorMeanCoefficients[1]).toBeCloseTo(expected.posteriorMeanCoefficients[1], 10);
  });
  expect(errorOf(ddpm)).toBeLessThan(0.01);
});

test('over all T the steps of DDPM have the tables of the schedule', () => {
  for (const step of ddpmSteps(schedule)) {
    expect(step.variance).toBeCloseTo(schedule.posteriorVariance[step.t]!, 14);
    expect(step.posteriorMeanCoefficients[0]).toBeCloseTo(
      schedule.posteriorMeanCoefficientXStart[step.t]!,
      11,
    );
    expect(step.posteriorMeanCoefficients[1]).toBeCloseTo(schedule.posteriorMeanCoefficientXt[step.t]!, 11);
  }
  const large = ddpmSteps(schedule, { variance: 'fixed-large' });
  for (const step of large.slice(0, -1)) expect(step.variance).toBeCloseTo(schedule.betas[step.t]!, 14);
  expect(large.at(-1)!.variance).toBe(0);
});

test('the variances of steps 420 → 400 and 980 → 960 are those of the reference', () => {
  const at = (t: number) => schedule.alphasCumprod[t]!;
  expect(ddimVariance(at(420), at(400))).toBeCloseTo(0.14771, 4);
  expect(ddimVariance(at(980), at(960))).toBeCloseTo(0.3246, 4);
  expect(ddimVariance(at(487), at(486))).toBeCloseTo(0.00979, 5);
});

test('eta outside 0 … 1 and unknown choices are refused', () => {
  const cases: [object, RegExp][] = [
    [{ eta: -0.1 }, /eta.*got -0\.1, expected 0 … 1/],
    [{ eta: 1.01 }, /eta/],
    [{ eta: Number.NaN }, /eta/],
    [{ previousTimestep: 'stride' }, /list \| fixed-stride/],
    [{ clippedNoise: 'both' }, /model \| rederived/],
    [{ stepsOffset: -1 }, /an integer ≥ 0/],
    [{ numInferenceSteps: 1001 }, /1 … 1000/],
  ];
  for (const [options, message] of cases) {
    expect(() => ddimSteps(schedule, options as never)).toThrow(
      expect.objectContaining({ code: 'E_CONFIG', message: expect.stringMatching(message) }),
    );
  }
  expect(() => ddpmSteps(schedule, { variance: 'huge' as never })).toThrow(/fixed-small \| fixed-small-log/);
});
