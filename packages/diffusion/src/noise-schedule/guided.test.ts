import { loadReference } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { ddpmSteps } from '../ddpm/step.ts';
import { betasOfAlphaBar, sigmoidAlphaBar } from './betas.ts';
import { createNoiseSchedule, type NoiseScheduleConfig } from './noise-schedule.ts';
import { sectionedTimesteps } from './sectioned-timesteps.ts';
import { minSnrWeights, signalToNoiseRatio } from './signal-to-noise.ts';

// guided-diffusion and lucidrains stretch the linear betas of 1 000 timesteps over any T.
const linear = (timesteps: number): NoiseScheduleConfig => ({
  kind: 'linear',
  timesteps,
  betaStart: 0.1 / timesteps,
  betaEnd: 20 / timesteps,
});

const refusal = expect.objectContaining({ code: 'E_CONFIG' });

function largestRelativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  const errors = Array.from(expected, (value, i) => Math.abs(actual[i]! - value) / Math.abs(value || 1));
  return Math.max(...errors);
}

test('every float64 table of guided-diffusion is ours to 1e-12 relative; one timestep further is not', async () => {
  const recorded = await loadReference('guided/coefficients_float64.safetensors');
  const schedule = createNoiseSchedule(linear(40));
  const { betas, alphasCumprod, posteriorVariance, posteriorLogVariance } = schedule;
  const tables = {
    betas,
    alphas_cumprod: alphasCumprod,
    posterior_variance: posteriorVariance,
    posterior_log_variance_clipped: posteriorLogVariance,
    posterior_mean_coef1: schedule.posteriorMeanCoefficientXStart,
    posterior_mean_coef2: schedule.posteriorMeanCoefficientXt,
  };
  expect(recorded.size).toBe(6);
  for (const [name, table] of Object.entries(tables)) {
    const expected = recorded.get(`linear.T40.${name}`)!.data;
    expect(largestRelativeError(table, expected), name).toBeLessThan(1e-12);
    const wrongIndex = [...table.slice(1), table[39]!];
    expect(largestRelativeError(wrongIndex, expected), `${name}, shifted`).toBeGreaterThan(1e-3);
  }
});

test('a re-spaced chain visits the timesteps of guided-diffusion and has its betas', async () => {
  interface Respacing {
    readonly T: number;
    readonly respacing: string;
    readonly timesteps: number[];
    readonly betas_first: number[];
    readonly betas_last: number[];
  }
  const cases = await loadReference<Respacing[]>('guided/respacing.json');
  expect(cases.map(({ respacing }) => respacing)).toEqual(['ddim20', '3,9']);
  for (const { T, respacing, timesteps, betas_first, betas_last } of cases) {
    const customTimesteps = sectionedTimesteps(T, respacing);
    expect([...customTimesteps].reverse()).toEqual(timesteps);
    const steps = ddpmSteps(createNoiseSchedule(linear(T)), { customTimesteps });
    const betas = steps.map((step) => 1 - step.alphaCumprod / step.alphaCumprodPrevious).reverse();
    expect(largestRelativeError(betas.slice(0, 5), betas_first)).toBeLessThan(1e-12);
    expect(largestRelativeError(betas.slice(-5), betas_last)).toBeLessThan(1e-12);
    // Evenly spread timesteps make another chain.
    const even = ddpmSteps(createNoiseSchedule(linear(T)), { numInferenceSteps: timesteps.length });
    const other = even.map((step) => 1 - step.alphaCumprod / step.alphaCumprodPrevious).reverse();
    expect(largestRelativeError(other.slice(-5), betas_last)).toBeGreaterThan(1e-3);
  }
});

test('sections that do not fit are refused', () => {
  expect(sectionedTimesteps(10, [1, 5])).toEqual([9, 8, 7, 6, 5, 0]);
  expect(sectionedTimesteps(7, '7')).toEqual([6, 5, 4, 3, 2, 1, 0]);
  for (const sections of ['ddim6', 'ddim0', '11', '6,1', '0', 'x', '2.5']) {
    expect(() => sectionedTimesteps(10, sections), sections).toThrow(refusal);
  }
});

test("schedules and min-SNR weights of lucidrains' are ours, his sigmoid through sigmoidAlphaBar", async () => {
  interface Row {
    readonly prefix: string;
    readonly objective: 'pred_noise' | 'pred_x0' | 'pred_v';
    readonly min_snr: boolean;
    readonly gamma: number;
    readonly schedule: 'linear' | 'sigmoid' | 'cosine';
    readonly T: number;
  }
  const { rows } = await loadReference<{ rows: Row[] }>('guided/lucidrains_objectives.json');
  const tensors = await loadReference('guided/lucidrains_objectives.safetensors');
  expect(rows).toHaveLength(4);
  for (const { prefix, schedule: kind, T, objective, min_snr, gamma } of rows) {
    const configs = {
      linear: linear(T),
      cosine: { kind: 'cosine', timesteps: T },
      sigmoid: { betas: betasOfAlphaBar(sigmoidAlphaBar(), T) },
    } as const;
    const schedule = createNoiseSchedule(configs[kind]);
    const ends = (table: Float64Array) => [...table.slice(0, 8), ...table.slice(-8)];
    const expected = (name: string) => tensors.get(`${prefix}${name}`)!.data;
    // The recordings are float32.
    expect(ends(schedule.betas)).toBeAllClose(expected('betas_ends'), { rtol: 1e-6, atol: 0 });
    expect(ends(schedule.alphasCumprod)).toBeAllClose(expected('alphas_cumprod_ends'), {
      rtol: 1e-6,
      atol: 0,
    });
    const type = ({ pred_noise: 'epsilon', pred_x0: 'sample', pred_v: 'v' } as const)[objective];
    const weights = minSnrWeights(schedule, min_snr ? gamma : Number.POSITIVE_INFINITY, type);
    const at = [0, 1, T / 2, T - 1];
    const snr = signalToNoiseRatio(schedule);
    const rtol = min_snr ? 1e-4 : 1e-6;
    at.forEach((t, i) => {
      const recorded = expected('loss_weight')[i]!;
      expect(Math.abs(weights[t]! - recorded) / recorded, `${prefix} t ${t}, SNR ${snr[t]}`).toBeLessThan(
        rtol,
      );
    });
  }
});

test('ᾱ of the sigmoid schedule runs from 1 to 0, and a lower temperature keeps more of the image early on', () => {
  const [plain, cold] = [sigmoidAlphaBar(), sigmoidAlphaBar({ tau: 0.3 })];
  for (const alphaBar of [plain, cold]) expect([alphaBar(0), alphaBar(1)]).toEqual([1, 0]);
  expect(cold(0.25)).toBeGreaterThan(plain(0.25));
  expect(plain(0.5)).toBeCloseTo(0.5, 12);
  expect(() => betasOfAlphaBar(plain, 0)).toThrow(refusal);
  expect(() => betasOfAlphaBar(plain, 10, 1)).toThrow(refusal);
});
