import { tf } from '@tintype/core-tensor';
import { describeOnBackends, loadReference, type ReferenceTensor } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { type JsonObject, readDiffusersScheduler } from '../diffusers/index.ts';
import { addNoise, velocity } from './add-noise.ts';
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
  }
});

describeOnBackends('the forward process', () => {
  test('addNoise and velocity equal diffusers at the recorded timesteps', async () => {
    type ForwardCase = { key: string; cls?: string; config: JsonObject; timesteps: number[] };
    const cases = await loadReference<ForwardCase[]>('schedulers/forward_process.json');
    const tensors = await loadReference('schedulers/forward_process.safetensors');
    const toTensor = ({ data, shape }: ReferenceTensor) => tf.tensor(data, [...shape]);
    const [x0, noise] = [toTensor(tensors.get('x0')!), toTensor(tensors.get('noise')!)];
    const ddpmCases = cases.filter(({ cls }) => cls === undefined);
    expect(ddpmCases).toHaveLength(3);
    for (const { key, config, timesteps } of ddpmCases) {
      const schedule = createNoiseSchedule(readDiffusersScheduler(config).schedule);
      const t = tf.tensor1d(timesteps, 'int32');
      const near = { rtol: 2e-5, atol: 1e-5 };
      await expect(addNoise(schedule, x0, noise, t)).toBeAllClose(
        toTensor(tensors.get(`${key}.add_noise`)!),
        near,
      );
      await expect(velocity(schedule, x0, noise, t)).toBeAllClose(
        toTensor(tensors.get(`${key}.velocity`)!),
        near,
      );
    }
  });

  test('one timestep for all equals that timestep for each, and the next one does not', () => {
    const schedule = createNoiseSchedule({ kind: 'cosine', timesteps: 20 });
    const [x, noise] = [tf.tensor2d([[1, -0.5]]), tf.tensor2d([[0.25, 2]])];
    const each = addNoise(schedule, x, noise, tf.tensor1d([7], 'int32'));
    expect(addNoise(schedule, x, noise, 7)).toBeAllClose(each);
    expect(addNoise(schedule, x, noise, 8)).not.toBeAllClose(each, { rtol: 1e-3 });
    const [a, b] = [Math.sqrt(schedule.alphasCumprod[7]!), Math.sqrt(1 - schedule.alphasCumprod[7]!)];
    expect(each).toBeAllClose([a + 0.25 * b, -0.5 * a + 2 * b]);
  });

  test('noised data has the moments of q(x_t | x_0), and a timestep outside the schedule is refused', () => {
    const schedule = createNoiseSchedule({ kind: 'linear', timesteps: 10, betaEnd: 0.3 });
    const x = tf.fill([4, 3], 2);
    const clean = addNoise(schedule, x, tf.zerosLike(x), 9);
    expect(clean).toBeAllClose(tf.fill([4, 3], 2 * Math.sqrt(schedule.alphasCumprod[9]!)));
    const pure = addNoise(schedule, tf.zerosLike(x), tf.onesLike(x), 9);
    expect(pure).toBeAllClose(tf.fill([4, 3], Math.sqrt(1 - schedule.alphasCumprod[9]!)));
    expect(() => addNoise(schedule, x, x, 10)).toThrow(/got 10, expected 0 … 9/);
  });
});
