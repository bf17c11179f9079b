import { type TrainStep, tf } from '@tintype/core-tensor';
import type { Denoiser } from '@tintype/diffusion';
import { withPhase } from './break-training.ts';

/** A training in which the network is told other timesteps [b] than those that its images are noised to. */
export function tellingTimesteps(
  { model, trainStep }: { readonly model: Denoiser; readonly trainStep: TrainStep },
  told: (t: tf.Tensor1D) => tf.Tensor1D,
): TrainStep {
  const { predict } = model;
  const misled: typeof predict = (xt, t, options) => tf.tidy(() => ({ ...predict(xt, told(t), options) }));
  return withPhase(trainStep, 'denoiser', (run) => (batch, context) => {
    Object.assign(model, { predict: misled });
    try {
      return run(batch, context);
    } finally {
      Object.assign(model, { predict });
    }
  });
}

/** Those of another image of the batch. */
export const shuffledTimesteps = (t: tf.Tensor1D): tf.Tensor1D => tf.reverse(t);

/** T − 1 − t: as if ᾱ were read from the wrong end of its table. */
export const countedFromTheEnd =
  (timesteps: number) =>
  (t: tf.Tensor1D): tf.Tensor1D =>
    tf.sub(timesteps - 1, t);
