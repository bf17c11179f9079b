import { tf } from '@tintype/core-tensor';
import type { GanObjective } from './objective.ts';

/**
 * Mao et al. (2017), "Least squares generative adversarial networks", arXiv 1611.04076, equation 9 with
 * a = 0, b = c = 1: ½E[(D(x) − 1)²] + ½E[D(G(z))²] against ½E[(D(G(z)) − 1)²].
 */
export const leastSquares: GanObjective = {
  name: 'least-squares',
  discriminatorLoss: (realLogits, fakeLogits) =>
    tf.tidy(() => halfMeanSquare(realLogits.sub(1)).add(halfMeanSquare(fakeLogits))),
  generatorLoss: (fakeLogits) => tf.tidy(() => halfMeanSquare(fakeLogits.sub(1))),
};

function halfMeanSquare(values: tf.Tensor): tf.Scalar {
  return values.square().mean<tf.Scalar>().div(2);
}
