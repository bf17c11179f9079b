import {
  accumulateGradients,
  assertAccumulate,
  computeGradients,
  createTrainState,
  type Ema,
  type Optimizer,
  rowsOfStream,
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
  /**
   * Slices that a batch is cut into, so that the activations of one slice live at a time; the numbers are those of the
   * whole batch, up to rounding. @default 1
   */
  readonly accumulate?: number;
}

/**
 * One phase, `vae`, on batches with `images` [b, h, w, c] in [-1, 1]. Logs `total`, `reconstruction` and `kl` in nats
 * per image. Owns the optimiser and the average. Throws `E_CONFIG` for an impossible `accumulate`.
 */
export function createVaeTrainStep(
  model: Vae,
  { optimizer }: VaeOptimizers,
  { ema, accumulate = 1 }: VaeTrainOptions = {},
): TrainStep {
  assertAccumulate('createVaeTrainStep', accumulate);
  return {
    phases: [
      {
        name: 'vae',
        interval: 1,
        run(batch, { rng }) {
          const images = batch.images as tf.Tensor4D;
          const { losses, gradients } = accumulateGradients({ images }, accumulate, (slice, rows) => {
            const noise = rowsOfStream(rng.fork('latents'), rows);
            return computeGradients(() => ({ ...vaeLoss(model, slice.images, noise) }), model.parameters);
          });
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
    accumulate,
    dispose() {
      optimizer.dispose();
      ema?.dispose();
    },
  };
}
