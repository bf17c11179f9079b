import { TintypeError, tf } from '@tintype/core-tensor';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import { recordLosses } from './record-losses.ts';
import type { TimestepSampler } from './timestep-sampler.ts';

// Importance sampling of timesteps for the variational bound, whose terms differ by orders of magnitude.
// Nichol, Dhariwal (2021), "Improved Denoising Diffusion Probabilistic Models", arXiv 2102.09672, eq. 18:
//   p(t) ∝ √E[L_t²], each image's loss times 1/(T p(t)); uniform until every t has its history of 10 losses.
// As their code: one part in 1 000 stays uniform. History and draws stay on the device: nothing is read back.

export interface LossAwareOptions {
  /** Losses remembered of each timestep, an integer ≥ 1. @default 10 */
  readonly historyLength?: number;
  /** Share of the draws that stays uniform, in (0, 1]: no timestep is forgotten, no weight grows beyond 1/share. @default 0.001 */
  readonly uniformProbability?: number;
}

/**
 * State: `lossHistory` [T, historyLength] and `lossCounts` [T]. Throws `E_CONFIG` for impossible options, and
 * `E_DISPOSED` when used after it was freed.
 */
export function createLossAwareTimestepSampler(
  schedule: Pick<NoiseSchedule, 'timesteps'>,
  options: LossAwareOptions = {},
): TimestepSampler {
  const { historyLength = 10, uniformProbability = 0.001 } = options;
  assertOptions(historyLength, uniformProbability);
  const { timesteps } = schedule;
  const history = tf.tidy(() => ({
    losses: tf.variable(tf.zeros<tf.Rank.R2>([timesteps, historyLength]), false),
    counts: tf.variable(tf.zeros<tf.Rank.R1>([timesteps]), false),
  }));
  const variables = { lossHistory: history.losses, lossCounts: history.counts };
  let isDisposed = false;
  const assertUsable = () => {
    if (!isDisposed) return;
    throw new TintypeError('E_DISPOSED', { where: 'timestep sampler', what: 'it was freed by dispose()' });
  };

  return {
    draw(rng, count) {
      assertUsable();
      return tf.tidy(() => {
        const probabilities = probabilitiesOf(history, uniformProbability);
        // The inverse of the cumulated probabilities at a uniform number.
        const drawn = rng.uniform<tf.Rank.R1>([count]).reshape([count, 1]);
        const below = tf.lessEqual(tf.cumsum(probabilities).reshape([1, timesteps]), drawn); // [count, T]
        const t = tf.minimum(below.toInt().sum(1), timesteps - 1).toInt() as tf.Tensor1D;
        const weights = tf.div(1 / timesteps, tf.gather(probabilities, t)) as tf.Tensor1D;
        return { t, weights };
      });
    },
    update(t, losses) {
      assertUsable();
      recordLosses(history, t, losses);
    },
    state: {
      tensors() {
        assertUsable();
        const entries = Object.entries(variables);
        return new Map(entries.map(([name, tensor]) => [name, { tensor, layout: 'plain' as const }]));
      },
      values: () => ({}),
      restore(tensors, values) {
        assertUsable();
        assertSaved(variables, tensors, values);
        history.losses.assign(tensors.get('lossHistory') as tf.Tensor2D);
        history.counts.assign(tensors.get('lossCounts') as tf.Tensor1D);
      },
    },
    dispose() {
      isDisposed = true;
      for (const variable of Object.values(variables)) variable.dispose();
    },
  };
}

type History = Parameters<typeof recordLosses>[0];

/** p(t), [T]; uniform as long as a timestep has fewer losses than its history holds. */
function probabilitiesOf({ losses, counts }: History, uniformProbability: number): tf.Tensor1D {
  const [timesteps, historyLength] = losses.shape as [number, number];
  const size = losses.square().mean<tf.Tensor1D>(1).sqrt();
  const total = size.sum();
  const isFull = tf.logicalAnd(counts.min().greaterEqual(historyLength), total.greater(0));
  // Losses that are all 0 favour no timestep.
  const shares = size.div(tf.where(isFull, total, tf.onesLike(total)));
  const mixed = shares.mul(1 - uniformProbability).add(uniformProbability / timesteps);
  const flags = tf.fill([timesteps], 1).mul(isFull.toFloat()).toBool();
  return tf.where(flags, mixed, tf.fill([timesteps], 1 / timesteps)) as tf.Tensor1D;
}

function assertSaved(
  expected: Readonly<Record<string, tf.Tensor>>,
  tensors: ReadonlyMap<string, tf.Tensor>,
  values: object,
): void {
  const wanted = Object.entries(expected).map(([name, { shape }]) => `${name} [${shape}]`);
  const saved = [...tensors].map(([name, { shape }]) => `${name} [${shape}]`);
  const isSame = wanted.length === saved.length && wanted.every((each) => saved.includes(each));
  if (isSame && Object.keys(values).length === 0) return;
  throw new TintypeError('E_CHECKPOINT_MISMATCH', {
    where: 'timestep sampler',
    what: 'the saved history of losses does not fit',
    got: [...saved, ...Object.keys(values)],
    expected: wanted,
    remedy: 'Restore into a training with as many timesteps and the same historyLength',
  });
}

function assertOptions(historyLength: number, uniformProbability: number): void {
  const refuse = (name: string, got: number, expected: string) => {
    throw new TintypeError('E_CONFIG', {
      where: `createLossAwareTimestepSampler: ${name}`,
      what: 'impossible value',
      got,
      expected,
    });
  };
  if (!(Number.isInteger(historyLength) && historyLength >= 1)) {
    refuse('historyLength', historyLength, 'an integer ≥ 1');
  }
  if (!(uniformProbability > 0 && uniformProbability <= 1)) {
    refuse('uniformProbability', uniformProbability, '0 < probability ≤ 1');
  }
}
