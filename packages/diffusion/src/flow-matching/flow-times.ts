import { type RandomStream, tf } from '@tintype/core-tensor';
import type { FlowTimeConfig } from './config.ts';

/** σ of each image of a batch, float32 [count] within 0 … 1. */
export function drawFlowSigmas(
  rng: RandomStream,
  count: number,
  { timeSampling, logitMean, logitDeviation }: Required<FlowTimeConfig>,
): tf.Tensor1D {
  if (timeSampling === 'uniform') return rng.uniform<tf.Rank.R1>([count]);
  return tf.tidy(() => tf.sigmoid(rng.normal<tf.Rank.R1>([count], logitMean, logitDeviation)));
}
