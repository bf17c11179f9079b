import {
  computeGradients,
  cosineSchedule,
  createAdam,
  createTrainState,
  type TrainStep,
  tf,
} from '@tintype/core-tensor';
import type { FeatureNetwork } from './feature-network.ts';

export interface FeatureTrainStepOptions {
  /** Peak of Adam's cosine schedule, which ends at 0. */
  readonly learningRate: number;
  /** Updates until then. */
  readonly totalSteps: number;
  /** Share of the features dropped, in [0, 1). */
  readonly dropoutRate: number;
}

/** Cross entropy (nats) on batches of `images` [b, 28, 28, 1] and `labels` int32 [b]; one phase, `network`. */
export function createFeatureTrainStep(network: FeatureNetwork, options: FeatureTrainStepOptions): TrainStep {
  const { parameters } = network;
  const { learningRate, totalSteps, dropoutRate } = options;
  const optimizer = createAdam(parameters, { learningRate: cosineSchedule({ learningRate, totalSteps }) });
  return {
    phases: [
      {
        name: 'network',
        interval: 1,
        run({ images, labels }, { rng }) {
          const { losses, gradients } = computeGradients(() => {
            const noise = { dropoutRate, rng: rng.fork('dropout') };
            const { logits } = network.read(images as tf.Tensor4D, noise);
            const target = tf.oneHot(labels as tf.Tensor1D, logits.shape[1]);
            return tf.losses.softmaxCrossEntropy(target, logits) as tf.Scalar;
          }, parameters);
          optimizer.step(gradients);
          return { loss: losses.total };
        },
      },
    ],
    state: createTrainState({ parameters, optimizers: { network: optimizer } }),
    dispose: () => optimizer.dispose(),
  };
}
