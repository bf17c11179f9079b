import {
  accumulateGradients,
  assertAccumulate,
  computeGradients,
  createTrainState,
  type Ema,
  type Optimizer,
  TintypeError,
  type TrainStep,
  tf,
} from '@tintype/core-tensor';
import { codeUseOfCounts, countCodes } from '../vector-quantizer/index.ts';
import { type VqModelReconstruction, vqModelLoss } from './loss.ts';
import type { VqModel } from './vq-model.ts';

export interface VqModelOptimizers {
  readonly optimizer: Optimizer;
}

export interface VqModelTrainOptions {
  /** Squares or absolute values of the errors. @default 'mse' */
  readonly reconstructionLoss?: VqModelReconstruction;
  /** An average of the parameters, updated after every step. */
  readonly ema?: Ema;
  /**
   * Slices that a batch is cut into, so that the activations of one slice live at a time; the numbers are those of the
   * whole batch, up to rounding. @default 1
   */
  readonly accumulate?: number;
}

/**
 * One phase, `vq-model`, on batches with `images` [b, h, w, c] in [-1, 1]. Logs `total`, `reconstruction`, `codebook` and
 * `commitment`, and of the batch's codes `perplexity` and `usage`, the share of the codebook that was chosen. Owns the
 * optimiser and the average. Throws `E_CONFIG` for an impossible loss or `accumulate`.
 */
export function createVqModelTrainStep(
  model: VqModel,
  { optimizer }: VqModelOptimizers,
  { reconstructionLoss = 'mse', ema, accumulate = 1 }: VqModelTrainOptions = {},
): TrainStep {
  assertAccumulate('createVqModelTrainStep', accumulate);
  assertReconstruction(reconstructionLoss);
  const codeUse = (slices: tf.Tensor3D[]) =>
    tf.tidy(() => codeUseOfCounts(countCodes(tf.concat(slices), model.config.codebookSize)));
  return {
    phases: [
      {
        name: 'vq-model',
        interval: 1,
        run(batch) {
          const images = batch.images as tf.Tensor4D;
          const slices: tf.Tensor3D[] = []; // outlive the tape
          try {
            const { losses, gradients } = accumulateGradients({ images }, accumulate, (slice) =>
              computeGradients(() => {
                const result = vqModelLoss(model, slice.images, reconstructionLoss);
                slices.push(tf.keep(result.codeIndices.clone()));
                return { ...result.losses };
              }, model.parameters),
            );
            optimizer.step(gradients);
            ema?.update();
            return { ...losses, ...codeUse(slices) };
          } finally {
            tf.dispose(slices);
          }
        },
      },
    ],
    state: createTrainState({
      parameters: model.parameters,
      optimizers: { 'vq-model': optimizer },
      ...(ema ? { ema } : {}),
    }),
    accumulate,
    dispose() {
      optimizer.dispose();
      ema?.dispose();
    },
  };
}

function assertReconstruction(reconstructionLoss: unknown): void {
  if (reconstructionLoss === 'mse' || reconstructionLoss === 'mae') return;
  throw new TintypeError('E_CONFIG', {
    where: 'createVqModelTrainStep: reconstructionLoss',
    what: 'there is no such loss',
    got: reconstructionLoss,
    expected: 'mse or mae',
  });
}
