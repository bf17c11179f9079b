import { type RandomStream, tf } from '@tintype/core-tensor';
import type { Condition, Denoiser } from '../denoiser.ts';
import { assertFlow, flowTimesteps } from './config.ts';
import { flowVelocity, mixFlow } from './flow-path.ts';

export interface FlowMatchingLossInput {
  /** Clean images, [b, h, w, c] in [-1, 1]. */
  readonly xStart: tf.Tensor4D;
  /** Standard normal, as xStart. */
  readonly noise: tf.Tensor4D;
  /** Share of noise of each image, float32 [b] within 0 … 1. */
  readonly sigma: tf.Tensor1D;
  readonly condition?: Condition;
  readonly dropoutRng?: RandomStream;
  /** T of the t = σT that the denoiser is told. @default 1000 */
  readonly timesteps?: number;
}

export type FlowMatchingLoss = {
  /** Mean over batch, pixels and channels of the squared error. */
  readonly total: tf.Scalar;
};

/**
 * E ‖(ε − x_0) − u_θ((1 − σ) x_0 + σ ε, σ)‖², averaged over every element (Lipman et al. 2022, eq. 23 with σ_min = 0).
 * Throws `E_CONFIG` for a denoiser that predicts anything else.
 */
export function flowMatchingLoss(denoiser: Denoiser, input: FlowMatchingLossInput): FlowMatchingLoss {
  const { xStart, noise, sigma, condition, dropoutRng, timesteps = flowTimesteps } = input;
  assertFlow(denoiser, 'flowMatchingLoss');
  return tf.tidy(() => {
    const x = mixFlow(xStart, noise, sigma);
    const { prediction } = denoiser.predict(x, sigma.mul(timesteps), { condition, dropoutRng });
    return { total: tf.squaredDifference(prediction, flowVelocity(xStart, noise)).mean() as tf.Scalar };
  });
}
