import {
  accumulateGradients,
  computeGradients,
  type Optimizer,
  type Phase,
  selectParameters,
  type tf,
} from '@tintype/core-tensor';
import { r1Penalty } from '../regularizers/r1-penalty.ts';
import type { GanTraining } from './train-options.ts';

/** The lazy R1 penalty on the discriminator, at real images. */
export function r1Phase({ model, accumulate }: GanTraining, optimizer: Optimizer): Phase {
  const parameters = selectParameters(model.parameters, 'discriminator');
  const { r1Gamma, r1Interval } = model.config;
  const critic = (images: tf.Tensor) => model.discriminator(images as tf.Tensor4D, { isTraining: true });
  return {
    name: 'r1',
    interval: r1Interval,
    run(batch) {
      const images = batch.images!;
      const { losses, gradients } = accumulateGradients({ images }, accumulate, (slice) =>
        computeGradients(() => {
          const penalty = r1Penalty(critic, slice.images, r1Gamma);
          return { total: penalty.mul<tf.Scalar>(r1Interval), penalty };
        }, parameters),
      );
      optimizer.step(gradients);
      return losses;
    },
  };
}
