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
import type { AutoencoderKl } from './autoencoder-kl.ts';
import { type AutoencoderKlLossConfig, autoencoderKlLoss, resolveAutoencoderKlLoss } from './loss.ts';

export interface AutoencoderKlOptimizers {
  readonly optimizer: Optimizer;
}

export interface AutoencoderKlTrainOptions extends AutoencoderKlLossConfig {
  /** An average of the parameters, updated after every step. */
  readonly ema?: Ema;
  /**
   * Slices that a batch is cut into, so that the activations of one slice live at a time; the numbers are those of the
   * whole batch, up to rounding. @default 1
   */
  readonly accumulate?: number;
}

/**
 * One phase, `autoencoder-kl`, on batches with `images` [b, h, w, c] in [-1, 1]. Logs `total`, `reconstruction` and `kl`
 * (see `AutoencoderKlLoss`). Owns the optimiser and the average. Throws `E_CONFIG` for impossible weights or
 * `accumulate`.
 */
export function createAutoencoderKlTrainStep(
  model: AutoencoderKl,
  { optimizer }: AutoencoderKlOptimizers,
  { ema, accumulate = 1, ...lossConfig }: AutoencoderKlTrainOptions = {},
): TrainStep {
  assertAccumulate('createAutoencoderKlTrainStep', accumulate);
  const loss = resolveAutoencoderKlLoss(lossConfig);
  return {
    phases: [
      {
        name: 'autoencoder-kl',
        interval: 1,
        run(batch, { rng }) {
          const images = batch.images as tf.Tensor4D;
          const { losses, gradients } = accumulateGradients({ images }, accumulate, (slice, rows) => {
            const noise = rowsOfStream(rng.fork('latents'), rows);
            return computeGradients(
              () => ({ ...autoencoderKlLoss(model, slice.images, noise, loss) }),
              model.parameters,
            );
          });
          optimizer.step(gradients);
          ema?.update();
          return losses;
        },
      },
    ],
    state: createTrainState({
      parameters: model.parameters,
      optimizers: { 'autoencoder-kl': optimizer },
      ...(ema ? { ema } : {}),
    }),
    accumulate,
    dispose() {
      optimizer.dispose();
      ema?.dispose();
    },
  };
}
