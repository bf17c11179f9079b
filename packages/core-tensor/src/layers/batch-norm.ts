import { normalizeRows, TintypeError, tf } from '@tintype/backend';
import { isRecomputing } from '../memory/checkpoint-activations.ts';
import type { ParameterScope } from '../parameters/create-parameters.ts';
import { ones, zeroCounter, zeros } from '../parameters/initializers.ts';
import { assertPositive, assertPositiveIntegers } from './assert-options.ts';
import { createNormAffine } from './norm-affine.ts';

export interface BatchNormOptions {
  channels: number;
  /** @default 1e-5 */
  epsilon?: number;
  /** Weight of the newest batch in the running statistics, in (0, 1]. @default 0.1 */
  momentum?: number;
  /** Learned `weight` and `bias`. @default true */
  affine?: boolean;
}

/**
 * [..., c] → the same shape. `isTraining` normalises by the batch and moves the running statistics (even when called
 * inside a loss); otherwise the running statistics are used and nothing changes.
 */
export type BatchNorm = <T extends tf.Tensor>(x: T, mode: { isTraining: boolean }) => T;

/**
 * Ioffe & Szegedy (2015), arXiv:1502.03167, with PyTorch's numbers: the batch is normalised by its biased variance,
 * running = (1 − momentum)·running + momentum·batch takes the unbiased one.
 * Parameters `weight`, `bias`; buffers `running_mean`, `running_var` [channels], `num_batches_tracked` (int32 scalar).
 * A training call throws `E_SHAPE` where there is one value per channel only.
 */
export function createBatchNorm(scope: ParameterScope, options: BatchNormOptions): BatchNorm {
  const { channels, epsilon = 1e-5, momentum = 0.1, affine = true } = options;
  assertPositiveIntegers('createBatchNorm', { channels });
  assertPositive('createBatchNorm', { epsilon, momentum });
  const parameters = affine ? createNormAffine(scope, channels) : undefined;
  const buffer = { isTrainable: false };
  const runningMean = scope.create('running_mean', [channels], { initializer: zeros(), ...buffer });
  const runningVariance = scope.create('running_var', [channels], { initializer: ones(), ...buffer });
  const batches = scope.create('num_batches_tracked', [], { initializer: zeroCounter(), ...buffer });

  const track = (mean: tf.Tensor, variance: tf.Tensor, count: number): void => {
    if (isRecomputing()) return;
    const unbiased = momentum * (count / (count - 1));
    runningMean.assign(tf.add(tf.mul(runningMean, 1 - momentum), tf.mul(mean, momentum)));
    runningVariance.assign(tf.add(tf.mul(runningVariance, 1 - momentum), tf.mul(variance, unbiased)));
    batches.assign(tf.add(batches, tf.scalar(1, 'int32')));
  };

  const byBatch = (x: tf.Tensor): tf.Tensor => {
    const rows = tf.reshape(x, [1, -1, channels]) as tf.Tensor3D; // [1, positions, c]
    const count = rows.shape[1];
    assertSeveral(count, x.shape);
    const observe = (mean: tf.Tensor, variance: tf.Tensor) =>
      track(tf.reshape(mean, [channels]), tf.reshape(variance, [channels]), count);
    return tf.reshape(normalizeRows(rows, { epsilon, affine: parameters, observe }), x.shape);
  };

  const byRunningStatistics = (x: tf.Tensor): tf.Tensor => {
    const inverseDeviation = tf.rsqrt(tf.add(runningVariance, epsilon)); // [c]
    const scale = parameters ? tf.mul(inverseDeviation, parameters.weight) : inverseDeviation;
    const y = tf.mul(tf.sub(x, runningMean), scale);
    return parameters ? tf.add(y, parameters.bias) : y;
  };

  return <T extends tf.Tensor>(x: T, { isTraining }: { isTraining: boolean }): T =>
    tf.tidy(() => (isTraining ? byBatch(x) : byRunningStatistics(x)) as T);
}

function assertSeveral(count: number, shape: readonly number[]): void {
  if (count > 1) return;
  throw new TintypeError('E_SHAPE', {
    where: 'batchNorm',
    what: 'training needs more than one value per channel',
    got: shape,
    remedy: 'Use a larger batch, or another normalisation',
  });
}
