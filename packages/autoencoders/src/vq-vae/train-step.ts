import {
  accumulateGradients,
  assertAccumulate,
  computeGradients,
  createTrainState,
  type Ema,
  type Optimizer,
  type RandomStream,
  type TrainStep,
  tf,
} from '@tintype/core-tensor';
import { codeUseOfCounts, countCodes } from '../vector-quantizer/index.ts';
import { type EncodedBatch, vqVaeLoss } from './loss.ts';
import type { VqVae } from './vq-vae.ts';

export interface VqVaeOptimizers {
  readonly optimizer: Optimizer;
}

export interface VqVaeTrainOptions {
  /** An average of the parameters, updated after every step. */
  readonly ema?: Ema;
  /**
   * Slices that a batch is cut into, so that the activations of one slice live at a time; the numbers are those of the
   * whole batch, up to rounding, and the codebook is updated once with all of its latents. @default 1
   */
  readonly accumulate?: number;
}

/**
 * One phase, `vq-vae`, on batches with `images` [b, h, w, c] in [-1, 1]. Logs `total`, `reconstruction`, `codebook` and
 * `commitment`, and of the batch's codes `perplexity` and `usage`, the share of the codebook that was chosen. Owns the
 * optimiser and the average. Throws `E_CONFIG` for an impossible `accumulate`.
 */
export function createVqVaeTrainStep(
  model: VqVae,
  { optimizer }: VqVaeOptimizers,
  { ema, accumulate = 1 }: VqVaeTrainOptions = {},
): TrainStep {
  assertAccumulate('createVqVaeTrainStep', accumulate);
  return {
    phases: [
      {
        name: 'vq-vae',
        interval: 1,
        run(batch, { rng }) {
          const images = batch.images as tf.Tensor4D;
          const slices: EncodedBatch[] = [];
          try {
            const { losses, gradients } = accumulateGradients({ images }, accumulate, (slice) =>
              computeGradients(() => {
                const { losses: terms, encoded } = vqVaeLoss(model, slice.images);
                slices.push(keepCopies(encoded));
                return { ...terms };
              }, model.parameters),
            );
            optimizer.step(gradients);
            const codeUse = updateCodes(model, slices, rng);
            ema?.update();
            return { ...losses, ...codeUse };
          } finally {
            tf.dispose(slices.flatMap(({ latents, codeIndices }) => [latents, codeIndices]));
          }
        },
      },
    ],
    state: createTrainState({
      parameters: model.parameters,
      optimizers: { 'vq-vae': optimizer },
      ...(ema ? { ema } : {}),
    }),
    accumulate,
    dispose() {
      optimizer.dispose();
      ema?.dispose();
    },
  };
}

/** Outlive the tape; freed at the end of the step. */
function keepCopies({ latents, codeIndices }: EncodedBatch): EncodedBatch {
  return { latents: tf.keep(latents.clone()), codeIndices: tf.keep(codeIndices.clone()) };
}

/** Moves the codebook by the latents of all slices; gives how the codes were used. */
function updateCodes(
  { quantizer, config: { codebookSize } }: VqVae,
  slices: readonly EncodedBatch[],
  rng: RandomStream,
): { perplexity: tf.Scalar; usage: tf.Scalar } {
  return tf.tidy(() => {
    const latents = tf.concat(slices.map((slice) => slice.latents));
    const codeIndices = tf.concat(slices.map((slice) => slice.codeIndices));
    quantizer.updateCodebook(latents, codeIndices, rng.fork('revival'));
    return codeUseOfCounts(countCodes(codeIndices, codebookSize));
  });
}
