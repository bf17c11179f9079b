import { loadReference } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { type JsonObject, readDiffusersScheduler } from '../diffusers/index.ts';
import { describeForwardProcess } from './forward-process.test-support.ts';
import { createNoiseSchedule } from './noise-schedule.ts';
import { minSnrWeights, signalToNoiseRatio } from './signal-to-noise.ts';

const tolerance = { rtol: 1e-5, atol: 1e-7 };

test('betas, cumulated alphas, SNR and min-SNR weights equal diffusers for every schedule', async () => {
  const cases = await loadReference<(JsonObject & { key: string })[]>('schedulers/beta_schedules.json');
  const tensors = await loadReference('schedulers/beta_schedules.safetensors');
  expect(cases).toHaveLength(4);
  for (const { key, ...config } of cases) {
    const expected = (name: string) => tensors.get(`${key}.${name}`)!.data;
    const { schedule: settings } = readDiffusersScheduler(config);
    const schedule = createNoiseSchedule(settings);
    expect(schedule.betas).toBeAllClose(expected('betas'), tolerance);
    expect(schedule.alphasCumprod).toBeAllClose(expected('alphas_cumprod'), tolerance);
    // The negative control: the tables one timestep on.
    expect(schedule.betas.slice(1)).not.toBeAllClose(expected('betas').slice(0, -1), tolerance);
    expect(schedule.alphasCumprod.slice(1)).not.toBeAllClose(
      expected('alphas_cumprod').slice(0, -1),
      tolerance,
    );
    expect(signalToNoiseRatio(schedule)).toBeAllClose(expected('snr'), { rtol: 1e-4, atol: 0 });
    for (const gamma of [1, 5]) {
      for (const [type, name] of [
        ['epsilon', 'epsilon'],
        ['sample', 'sample'],
        ['v', 'v_prediction'],
      ] as const) {
        const weights = minSnrWeights(schedule, gamma, type);
        expect(weights).toBeAllClose(expected(`min_snr_${gamma}.${name}`), { rtol: 1e-4, atol: 1e-7 });
      }
    }
  }
});

test('rescaling to zero terminal SNR equals diffusers', async () => {
  const cases = await loadReference<(JsonObject & { key: string })[]>('schedulers/beta_schedules.json');
  const tensors = await loadReference('schedulers/beta_schedules.safetensors');
  const rescaled = cases.filter(({ key }) => tensors.has(`${key}.betas_zero_terminal_snr`));
  expect(rescaled).toHaveLength(2);
  for (const { key, ...config } of rescaled) {
    const { schedule: settings } = readDiffusersScheduler({ ...config, rescale_betas_zero_snr: true });
    const schedule = createNoiseSchedule(settings);
    const expected = (name: string) => tensors.get(`${key}.${name}_zero_terminal_snr`)!.data;
    expect(schedule.alphasCumprod).toBeAllClose(expected('alphas_cumprod'), tolerance);
    expect(schedule.betas).toBeAllClose(expected('betas'), tolerance);
    // The negative control: the same schedule as it was.
    const plain = createNoiseSchedule(readDiffusersScheduler(config).schedule);
    expect(plain.alphasCumprod).not.toBeAllClose(expected('alphas_cumprod'), tolerance);
  }
});

describeForwardProcess();
