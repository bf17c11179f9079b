import {
  accumulateGradients,
  assertAccumulate,
  type Batch,
  computeGradients,
  createTrainState,
  type Ema,
  type Optimizer,
  type TrainStep,
  tf,
} from '@tintype/core-tensor';
import type { CodePrior } from './code-prior.ts';
import { codePriorLoss } from './loss.ts';

export interface CodePriorOptimizers {
  readonly optimizer: Optimizer;
}

export interface CodePriorTrainOptions {
  /** Codes int32 [b, h, w] of a batch, from a first stage: `(batch) => vqVae.encodeIndices(batch.images)`. @default its `codes` */
  readonly codesOf?: (batch: Batch) => tf.Tensor3D;
  /** An average of the parameters, updated after every step. */
  readonly ema?: Ema;
  /** Slices that a batch is cut into, so that the activations of one slice live at a time. @default 1 */
  readonly accumulate?: number;
}

/**
 * One phase, `code-prior`. A prior with classes reads `labels` int32 [b] of the batch where it has them. Logs `nats`, −ln p
 * per image, and `bitsPerCode`. Owns the optimiser and the average. Throws `E_CONFIG` for an impossible `accumulate`.
 */
export function createCodePriorTrainStep(
  model: CodePrior,
  { optimizer }: CodePriorOptimizers,
  { codesOf = (batch) => batch.codes as tf.Tensor3D, ema, accumulate = 1 }: CodePriorTrainOptions = {},
): TrainStep {
  assertAccumulate('createCodePriorTrainStep', accumulate);
  const { height, width, numClasses } = model.config;
  return {
    phases: [
      {
        name: 'code-prior',
        interval: 1,
        run(batch) {
          const codes = codesOf(batch);
          const labels = numClasses === null ? undefined : (batch.labels as tf.Tensor1D | undefined);
          const { losses, gradients } = accumulateGradients(
            { codes, ...(labels && { labels }) },
            accumulate,
            (slice) =>
              computeGradients(() => codePriorLoss(model, slice.codes, slice.labels), model.parameters),
          );
          optimizer.step(gradients);
          ema?.update();
          const nats = losses.total.add<tf.Scalar>(zeroUnlessBroken(batch));
          return { nats, bitsPerCode: nats.div<tf.Scalar>(height * width * Math.LN2) };
        },
      },
    ],
    state: createTrainState({
      parameters: model.parameters,
      optimizers: { code_prior: optimizer },
      ...(ema ? { ema } : {}),
    }),
    accumulate,
    dispose() {
      optimizer.dispose();
      ema?.dispose();
    },
  };
}

/** 0, or NaN where the batch holds NaN or infinity, whose codes would look like any others. */
function zeroUnlessBroken(batch: Batch): tf.Scalar {
  return tf.tidy(() => {
    const floats = Object.values(batch).filter(({ dtype }) => dtype === 'float32');
    return tf.addN([tf.scalar(0), ...floats.map((tensor) => tensor.mul(0).sum())]) as tf.Scalar;
  });
}
