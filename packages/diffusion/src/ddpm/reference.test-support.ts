import { type BackendName, tf } from '@tintype/core-tensor';
import { describeOnBackends, loadReference, type ReferenceTensor } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import type { Denoiser, DenoiserPrediction } from '../denoiser.ts';
import {
  betasOfAlphaBar,
  createNoiseSchedule,
  minSnrWeights,
  type NoiseScheduleConfig,
  sigmoidAlphaBar,
} from '../noise-schedule/index.ts';
import { type DdpmLossInput, ddpmLoss } from './loss.ts';

const lossTolerance = { rtol: 1e-5, atol: 1e-6 };
const gradientTolerance = { rtol: 1e-3, atol: 1e-6 };

/** The betas of 1 000 timesteps stretched over T, as guided-diffusion and lucidrains have them. */
const linear = (timesteps: number): NoiseScheduleConfig => ({
  kind: 'linear',
  timesteps,
  betaStart: 0.1 / timesteps,
  betaEnd: 20 / timesteps,
});

/** Losses and gradients that guided-diffusion and lucidrains' code recorded, on each backend. */
export function describeLossReference(backends?: readonly BackendName[]): void {
  describeOnBackends(
    'recorded losses',
    () => {
      test('simple loss of guided-diffusion and its gradient', () => replayTerms('t00.', {}));
      test('hybrid loss of guided-diffusion: both parts and the gradient of prediction and variance', () =>
        replayTerms('t01.', {}));
      test('another weight of the bound, or the bound alone, is not what was recorded', async () => {
        await expect(replayTerms('t01.', { vlbWeight: 0.002 })).rejects.toThrow(/toBeAllClose/);
        await expect(replayTerms('t01.', { loss: 'vlb' })).rejects.toThrow(/toBeAllClose/);
      });
      test('every objective of lucidrains: loss and gradient of the weights', () => replayObjectives(0));
      test('at the timestep before they are others', () =>
        expect(replayObjectives(-1)).rejects.toThrow(/toBeAllClose/));
    },
    backends ? { backends } : {},
  );
}

async function replayTerms(prefix: 't00.' | 't01.', more: Partial<DdpmLossInput>): Promise<void> {
  const recorded = await loadReference('guided/training_terms.safetensors');
  const at = (name: string) => nhwcOf(recorded.get(name)!);
  const learnsVariance = prefix === 't01.';
  const schedule = createNoiseSchedule(learnsVariance ? { kind: 'cosine', timesteps: 100 } : linear(100));
  const losses = new Map<string, tf.Tensor>();
  const totalOf = (output: tf.Tensor) => {
    const denoiser: Denoiser = {
      predictionType: 'epsilon',
      varianceType: learnsVariance ? 'learned-range' : 'fixed',
      predict: () => (learnsVariance ? splitOf(output) : { prediction: output as tf.Tensor4D }),
    };
    const input = {
      xStart: at('x_start'),
      noise: at('noise'),
      t: tf.tensor1d([...recorded.get(`${prefix}t`)!.data], 'int32'),
      onSampleLosses: (each: tf.Tensor1D) => losses.set('loss', tf.keep(each.clone())),
      ...more,
    };
    const { total, simple, vlb } = ddpmLoss(denoiser, schedule, input);
    if (simple) losses.set('mse', tf.keep(simple.clone()));
    // What was recorded is that of 1 000 timesteps: ours times λ.
    if (vlb) losses.set('vb', tf.keep(vlb.mul(0.001)));
    return total as tf.Scalar;
  };
  const gradient = tf.grad(totalOf)(at(`${prefix}model_output`));
  await expect(losses.get('loss')!).toBeAllClose(recorded.get(`${prefix}loss`)!.data, lossTolerance);
  for (const name of learnsVariance ? ['mse', 'vb'] : []) {
    const expected = [meanOf(recorded.get(prefix + name)!)];
    await expect(losses.get(name)!, name).toBeAllClose(expected, lossTolerance);
  }
  await expect(gradient).toBeAllClose(at(`${prefix}grad_model_output`), gradientTolerance);
}

interface ObjectiveRow {
  readonly prefix: string;
  readonly objective: 'pred_noise' | 'pred_x0' | 'pred_v';
  readonly min_snr: boolean;
  readonly gamma: number;
  readonly schedule: 'linear' | 'sigmoid' | 'cosine';
  readonly T: number;
}

async function replayObjectives(shift: 0 | -1): Promise<void> {
  const { rows } = await loadReference<{ rows: ObjectiveRow[] }>('guided/lucidrains_objectives.json');
  const recorded = await loadReference('guided/lucidrains_objectives.safetensors');
  expect(rows).toHaveLength(4);
  const images = nhwcOf(recorded.get('image_0_1')!).mul(2).sub(1) as tf.Tensor4D;
  const noise = nhwcOf(recorded.get('noise')!);
  for (const { prefix, objective, min_snr, gamma, schedule: kind, T } of rows) {
    const configs = {
      linear: linear(T),
      cosine: { kind: 'cosine', timesteps: T },
      sigmoid: { betas: betasOfAlphaBar(sigmoidAlphaBar(), T) },
    } as const;
    const schedule = createNoiseSchedule(configs[kind]);
    const type = ({ pred_noise: 'epsilon', pred_x0: 'sample', pred_v: 'v' } as const)[objective];
    const timestepWeights = minSnrWeights(schedule, min_snr ? gamma : Number.POSITIVE_INFINITY, type);
    const times = [...recorded.get(`${prefix}t`)!.data];
    const totalOf = (w: tf.Tensor) => {
      const denoiser: Denoiser = {
        predictionType: type,
        varianceType: 'fixed',
        predict: (xt) => {
          const mapped = xt.reshape([-1, 3]).matMul(w.transpose()).reshape(xt.shape);
          return { prediction: mapped.add(tf.tensor(times.map(Math.sin), [times.length, 1, 1, 1])) };
        },
      };
      const t = tf.tensor1d(
        times.map((each) => Math.max(0, each + shift)),
        'int32',
      );
      return ddpmLoss(denoiser, schedule, { xStart: images, noise, t, timestepWeights }).total as tf.Scalar;
    };
    const { data } = recorded.get('w')!;
    const { value, grad } = tf.valueAndGrad(totalOf)(tf.tensor2d([...data], [3, 3]));
    await expect(value, prefix).toBeAllClose(recorded.get(`${prefix}loss`)!.data, lossTolerance);
    await expect(grad, prefix).toBeAllClose(
      tf.tensor2d([...recorded.get(`${prefix}grad_w`)!.data], [3, 3]),
      gradientTolerance,
    );
  }
}

function splitOf(output: tf.Tensor): DenoiserPrediction {
  const [prediction, variance] = tf.split(output, 2, 3) as [tf.Tensor4D, tf.Tensor4D];
  return { prediction, variance };
}

function meanOf({ data }: ReferenceTensor): number {
  return [...data].reduce((a, b) => a + b) / data.length;
}

/** Recorded [b, c, h, w] as [b, h, w, c]. */
function nhwcOf({ data, shape }: ReferenceTensor): tf.Tensor4D {
  return tf.tensor(data, [...shape], 'float32').transpose([0, 2, 3, 1]) as tf.Tensor4D;
}
