import { type BackendName, tf } from '@tintype/core-tensor';
import { describeOnBackends, loadReference, type ReferenceTensor } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { type JsonObject, readDiffusersScheduler } from '../diffusers/index.ts';
import { addNoise, velocity } from './add-noise.ts';
import { createNoiseSchedule } from './noise-schedule.ts';

interface ForwardCase {
  readonly key: string;
  readonly cls?: string;
  readonly config: JsonObject;
  readonly timesteps: number[];
}

/** addNoise and velocity against every class of diffusers that has a noise schedule, and against the formulas. */
export function describeForwardProcess(backends?: readonly BackendName[]): void {
  describeOnBackends('the forward process', defineTests, backends ? { backends } : {});
}

function defineTests(): void {
  test('addNoise and velocity equal diffusers at the recorded timesteps of every class', async () => {
    expect(await replayAll(0)).toBe(12);
  });

  test('one timestep earlier they do not', () => expect(replayAll(1)).rejects.toThrow(/toBeAllClose/));

  test('one timestep for all equals that timestep for each, and the next one does not', async () => {
    const schedule = createNoiseSchedule({ kind: 'cosine', timesteps: 20 });
    const [x, noise] = [tf.tensor2d([[1, -0.5]]), tf.tensor2d([[0.25, 2]])];
    const each = addNoise(schedule, x, noise, tf.tensor1d([7], 'int32'));
    await expect(addNoise(schedule, x, noise, 7)).toBeAllClose(each);
    await expect(addNoise(schedule, x, noise, 8)).not.toBeAllClose(each, { rtol: 1e-3 });
    const [a, b] = [Math.sqrt(schedule.alphasCumprod[7]!), Math.sqrt(1 - schedule.alphasCumprod[7]!)];
    await expect(each).toBeAllClose([a + 0.25 * b, -0.5 * a + 2 * b]);
  });

  test('noised data has the moments of q(x_t | x_0), and a timestep outside the schedule is refused', async () => {
    const schedule = createNoiseSchedule({ kind: 'linear', timesteps: 10, betaEnd: 0.3 });
    const x = tf.fill([4, 3], 2);
    const clean = addNoise(schedule, x, tf.zerosLike(x), 9);
    await expect(clean).toBeAllClose(tf.fill([4, 3], 2 * Math.sqrt(schedule.alphasCumprod[9]!)));
    const pure = addNoise(schedule, tf.zerosLike(x), tf.onesLike(x), 9);
    await expect(pure).toBeAllClose(tf.fill([4, 3], Math.sqrt(1 - schedule.alphasCumprod[9]!)));
    expect(() => addNoise(schedule, x, x, 10)).toThrow(/got 10, expected 0 … 9/);
  });
}

/** Replays every recorded case but that of flow matching, and says how many there were. */
async function replayAll(earlier: number): Promise<number> {
  const cases = await loadReference<ForwardCase[]>('schedulers/forward_process.json');
  const tensors = await loadReference('schedulers/forward_process.safetensors');
  const scheduled = cases.filter(({ cls }) => cls !== 'FlowMatchEulerDiscreteScheduler');
  for (const { key, cls, config, timesteps } of scheduled) {
    const schedule = createNoiseSchedule(
      readDiffusersScheduler({ ...config, _class_name: cls ?? 'DDPMScheduler' }).schedule,
    );
    // Euler and Heun write x_0 + σ ε, which is x_t / √ᾱ.
    const isScaled = cls === 'EulerDiscreteScheduler' || cls === 'HeunDiscreteScheduler';
    for (const [row, recordedT] of timesteps.entries()) {
      const t = Math.max(0, recordedT - earlier);
      const at = (name: string) => rowOf(tensors.get(name)!, row);
      const noised = addNoise(schedule, at('x0'), at('noise'), t);
      const theirs = isScaled ? noised.div(Math.sqrt(schedule.alphasCumprod[t]!)) : noised;
      // README of the references: their float32 σ of squaredcos_cap_v2 near t = T is off by up to 5e-4.
      const isSteep = isScaled && config.beta_schedule === 'squaredcos_cap_v2' && t > 900;
      const near = { rtol: isSteep ? 5e-4 : 2e-5, atol: 1e-5 };
      await expect(theirs, `${key} t ${t}`).toBeAllClose(at(`${key}.add_noise`), near);
      if (!tensors.has(`${key}.velocity`)) continue;
      // Euler's get_velocity looks ᾱ up at the place in its list of ten timesteps, 999, 888, … 0.
      const vT = cls === 'EulerDiscreteScheduler' ? (999 - recordedT) / 111 : t;
      const v = velocity(schedule, at('x0'), at('noise'), vT);
      await expect(v, `${key} v, t ${vT}`).toBeAllClose(at(`${key}.velocity`), { rtol: 2e-5, atol: 1e-5 });
    }
  }
  return scheduled.length;
}

function rowOf({ data, shape }: ReferenceTensor, row: number): tf.Tensor {
  const size = data.length / shape[0]!;
  return tf.tensor(data.slice(row * size, (row + 1) * size), [1, ...shape.slice(1)], 'float32');
}
