import { expect, test } from 'vitest';
import { betaScheduleKinds } from './betas.ts';
import { createNoiseSchedule } from './noise-schedule.ts';
import { minSnrWeights, signalToNoiseRatio } from './signal-to-noise.ts';

test('alphasCumprod falls from near 1 towards 0 in every kind of schedule', () => {
  for (const kind of betaScheduleKinds) {
    const { alphasCumprod } = createNoiseSchedule({ kind, timesteps: 1000 });
    expect(alphasCumprod[0]!).toBeGreaterThan(0.97);
    expect(alphasCumprod[999]!).toBeLessThan(0.05);
    alphasCumprod.forEach((value, t) => {
      if (t > 0) expect(value).toBeLessThan(alphasCumprod[t - 1]!);
    });
  }
});

test('the linear schedule is the one of the paper, posterior variances 0, 0.00979 and 0.02 at 0, 487 and 999', () => {
  const { betas, posteriorVariance } = createNoiseSchedule({ kind: 'linear', timesteps: 1000 });
  expect(betas[0]).toBe(1e-4);
  expect(betas[999]).toBe(0.02);
  expect(posteriorVariance[0]).toBe(0);
  expect(posteriorVariance[487]).toBeCloseTo(0.00979, 5);
  expect(posteriorVariance[999]).toBeCloseTo(0.02, 5);
});

test('the posterior is Bayes’ rule on the forward process, in every kind of schedule', () => {
  for (const kind of betaScheduleKinds) {
    const { alphas, betas, alphasCumprodPrevious, ...posterior } = createNoiseSchedule({
      kind,
      timesteps: 50,
    });
    for (let t = 1; t < 50; t++) {
      // Prior x_{t−1} | x_0 and likelihood x_t | x_{t−1}, multiplied as Gaussians.
      const priorPrecision = 1 / (1 - alphasCumprodPrevious[t]!);
      const precision = priorPrecision + alphas[t]! / betas[t]!;
      const ofXStart = (Math.sqrt(alphasCumprodPrevious[t]!) * priorPrecision) / precision;
      const ofXt = Math.sqrt(alphas[t]!) / betas[t]! / precision;
      expect(posterior.posteriorVariance[t], kind).toBeCloseTo(1 / precision, 12);
      expect(posterior.posteriorMeanCoefficientXStart[t], kind).toBeCloseTo(ofXStart, 12);
      expect(posterior.posteriorMeanCoefficientXt[t], kind).toBeCloseTo(ofXt, 12);
    }
  }
});

test('linear, scaled-linear and sigmoid betas are those of their formulas', () => {
  const [betaStart, betaEnd, timesteps] = [0.001, 0.05, 40];
  const formulas = {
    linear: (u: number) => betaStart + (betaEnd - betaStart) * u,
    'scaled-linear': (u: number) => (betaStart ** 0.5 + (betaEnd ** 0.5 - betaStart ** 0.5) * u) ** 2,
    sigmoid: (u: number) => betaStart + (betaEnd - betaStart) / (1 + Math.exp(6 - 12 * u)),
  };
  for (const kind of ['linear', 'scaled-linear', 'sigmoid'] as const) {
    const { betas, alphasCumprod } = createNoiseSchedule({ kind, timesteps, betaStart, betaEnd });
    let product = 1;
    betas.forEach((beta, t) => {
      expect(beta, kind).toBeCloseTo(formulas[kind](t / (timesteps - 1)), 14);
      product *= 1 - beta;
      expect(alphasCumprod[t], kind).toBeCloseTo(product, 14);
    });
  }
});

test('the cosine schedule follows cos² wherever its betas are not capped', () => {
  const { alphasCumprod, betas } = createNoiseSchedule({ kind: 'cosine', timesteps: 200 });
  const alphaBar = (u: number) => Math.cos(((u + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
  for (let t = 0; t < 199; t++)
    expect(alphasCumprod[t]).toBeCloseTo(alphaBar((t + 1) / 200) / alphaBar(0), 12);
  expect(betas[199]).toBe(0.999);
});

test('the laplace schedule has the signal-to-noise ratio of its formula', () => {
  const { alphasCumprod } = createNoiseSchedule({ kind: 'laplace', timesteps: 100 });
  const alphaBar = (u: number) => {
    const snr = Math.exp(-0.5 * Math.sign(0.5 - u) * Math.log(1 - 2 * Math.abs(0.5 - u) + 1e-6));
    return Math.sqrt(snr / (1 + snr));
  };
  for (const t of [0, 20, 70, 98])
    expect(alphasCumprod[t]).toBeCloseTo(alphaBar((t + 1) / 100) / alphaBar(0), 12);
});

test('one timestep works', () => {
  const schedule = createNoiseSchedule({ kind: 'linear', timesteps: 1, betaStart: 0.5 });
  expect([...schedule.alphasCumprod]).toEqual([0.5]);
  expect([...schedule.posteriorVariance]).toEqual([0]);
  expect([...schedule.posteriorMeanCoefficientXStart]).toEqual([1]);
  expect([...schedule.posteriorMeanCoefficientXt]).toEqual([0]);
});

test('your own betas make a schedule of their length', () => {
  const schedule = createNoiseSchedule({ betas: [0.1, 0.2, 0.5] });
  expect(schedule.timesteps).toBe(3);
  expect(schedule.alphasCumprod[2]).toBeCloseTo(0.9 * 0.8 * 0.5, 12);
});

test('zero terminal SNR ends at exactly 0 without NaN, and min-SNR weights stay finite', () => {
  const schedule = createNoiseSchedule({ kind: 'scaled-linear', timesteps: 100, rescaleBetasZeroSnr: true });
  const plain = createNoiseSchedule({ kind: 'scaled-linear', timesteps: 100 });
  expect(schedule.alphasCumprod[99]).toBe(0);
  expect(plain.alphasCumprod[99]).toBeGreaterThan(0);
  expect(schedule.alphasCumprod[0]).toBeCloseTo(plain.alphasCumprod[0]!, 14);
  for (const table of Object.values(schedule)) {
    if (typeof table !== 'number') expect([...table].every(Number.isFinite)).toBe(true);
  }
  for (const type of ['epsilon', 'sample', 'v'] as const) {
    expect([...minSnrWeights(schedule, 5, type)].every(Number.isFinite)).toBe(true);
  }
  expect(signalToNoiseRatio(schedule)[99]).toBe(0);
});

test('impossible schedules are refused with the allowed range', () => {
  const linear = { kind: 'linear', timesteps: 10 } as const;
  const cases: [object, RegExp][] = [
    [{ ...linear, timesteps: 0 }, /timesteps.*got 0, expected an integer ≥ 1/],
    [{ ...linear, timesteps: 1.5 }, /timesteps.*got 1\.5/],
    [{ ...linear, timesteps: Number.NaN }, /timesteps.*got NaN/],
    [{ ...linear, betaStart: 0 }, /betaStart.*got 0, expected 0 < beta < 1/],
    [{ ...linear, betaEnd: 1 }, /betaEnd.*got 1/],
    [{ ...linear, betaEnd: Number.NaN }, /betaEnd.*got NaN/],
    [{ kind: 'quadratic', timesteps: 10 }, /unknown noise schedule.*linear \| scaled-linear \| cosine/],
    [{ betas: [] }, /timesteps.*got 0/],
    [{ betas: [0.1, 1.2] }, /betas\[1\].*got 1\.2/],
    [{ ...linear, timesteps: 1, rescaleBetasZeroSnr: true }, /at least 2 timesteps/],
  ];
  for (const [config, message] of cases) {
    expect(() => createNoiseSchedule(config as never)).toThrow(
      expect.objectContaining({ code: 'E_CONFIG', message: expect.stringMatching(message) }),
    );
  }
});
