import {
  accumulateGradients,
  assertAccumulate,
  computeGradients,
  createTrainState,
  type Ema,
  type Optimizer,
  rowsOfStream,
  TintypeError,
  type TrainStep,
  type tf,
} from '@tintype/core-tensor';
import type { Autoencoder } from './autoencoder.ts';
import { autoencoderLoss } from './loss.ts';

export interface AutoencoderOptimizers {
  readonly optimizer: Optimizer;
}

export interface AutoencoderTrainOptions {
  /** An average of the parameters, updated after every step. */
  readonly ema?: Ema;
  /**
   * Slices that a batch is cut into, so that the activations of one slice live at a time; the numbers are those of the
   * whole batch, up to rounding. @default 1
   */
  readonly accumulate?: number;
}

/**
 * One phase, `autoencoder`, on batches with `images` [b, h, w, c] in [-1, 1]. Logs `total`, `reconstruction` and every
 * penalty that the configuration gives a weight. Owns the optimiser and the average. Throws `E_CONFIG` for an impossible
 * `accumulate`.
 */
export function createAutoencoderTrainStep(
  model: Autoencoder,
  { optimizer }: AutoencoderOptimizers,
  { ema, accumulate = 1 }: AutoencoderTrainOptions = {},
): TrainStep {
  assertAccumulate('createAutoencoderTrainStep', accumulate);
  assertWholeBatch(model, accumulate);
  return {
    phases: [
      {
        name: 'autoencoder',
        interval: 1,
        run(batch, { rng }) {
          const images = batch.images as tf.Tensor4D;
          const { losses, gradients } = accumulateGradients({ images }, accumulate, (slice, rows) =>
            computeGradients(
              () => ({ ...autoencoderLoss(model, slice.images, rowsOfStream(rng, rows)) }),
              model.parameters,
            ),
          );
          optimizer.step(gradients);
          ema?.update();
          return losses;
        },
      },
    ],
    state: createTrainState({
      parameters: model.parameters,
      optimizers: { autoencoder: optimizer },
      ...(ema ? { ema } : {}),
    }),
    accumulate,
    dispose() {
      optimizer.dispose();
      ema?.dispose();
    },
  };
}

/** The sparse penalty is a function of the mean over the whole batch, which no slice knows. */
function assertWholeBatch({ config }: Autoencoder, accumulate: number): void {
  if (accumulate === 1 || config.sparsityWeight === 0) return;
  throw new TintypeError('E_CONFIG', {
    where: 'createAutoencoderTrainStep: accumulate',
    what: 'the sparse penalty needs the mean activation of the whole batch',
    got: accumulate,
    expected: '1',
    remedy: 'Take a smaller batch',
  });
}
