import {
  computeGradients,
  createTrainState,
  type Ema,
  type Optimizer,
  type TrainStep,
  type tf,
} from '@tintype/core-tensor';
import { vaeLoss } from './loss.ts';
import type { Vae } from './vae.ts';

export interface VaeOptimizers {
  readonly optimizer: Optimizer;
}

export interface VaeTrainOptions {
  /** An average of the parameters, updated after every step. */
  readonly ema?: Ema;
}

/**
 * One phase, `vae`, on batches with `images` [b, h, w, c] in [-1, 1]. Logs `total`, `reconstruction` and `kl` in nats
 * per image. Owns the optimiser and the average.
 */
export function createVaeTrainStep(
  model: Vae,
  { optimizer }: VaeOptimizers,
  { ema }: VaeTrainOptions = {},
): TrainStep {
  return {
    phases: [
      {
        name: 'vae',
        interval: 1,
        run(batch, { rng }) {
          const images = batch.images as tf.Tensor4D;
          const { losses, gradients } = computeGradients(
            () => ({ ...vaeLoss(model, images, rng.fork('latents')) }),
            model.parameters,
          );
          optimizer.step(gradients);
          ema?.update();
          return losses;
        },
      },
    ],
    state: createTrainState({
      parameters: model.parameters,
      optimizers: { vae: optimizer },
      ...(ema ? { ema } : {}),
    }),
    dispose() {
      optimizer.dispose();
      ema?.dispose();
    },
  };
}
