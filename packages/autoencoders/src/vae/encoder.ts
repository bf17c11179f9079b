import { createLinear, type ParameterScope, tf } from '@tintype/core-tensor';
import { createEncoderNetwork } from '../networks/encoder-network.ts';
import type { VaeConfig } from './config.ts';
import { appendLabels } from './labels.ts';

/** Mean and logarithm of the variance of q(z|x), each [b, latentDim]. */
export interface LatentGaussian {
  readonly mu: tf.Tensor2D;
  readonly logVar: tf.Tensor2D;
}

/** Images [b, h, w, c] in [-1, 1], and labels [b] where there are classes → the Gaussian of their codes. */
export type Encoder = (images: tf.Tensor4D, labels?: tf.Tensor1D) => LatentGaussian;

/**
 * The network, and two linear maps of its features and the label: `embedding` (mu) and `log_var`, as pythae names them.
 */
export function createEncoder(scope: ParameterScope, config: VaeConfig): Encoder {
  const { latentDim: outFeatures, numClasses } = config;
  const network = createEncoderNetwork(scope, config);
  const code = {
    inFeatures: network.size + (numClasses ?? 0),
    outFeatures,
    // Behind a map the label has no place in C, H, W order.
    ...(network.chwShape && numClasses === null && { chwShape: network.chwShape }),
  };
  const toMu = createLinear(scope.child('embedding'), code);
  const toLogVar = createLinear(scope.child('log_var'), code);

  return (images, labels) => {
    const [mu, logVar] = tf.tidy(() => {
      const features = appendLabels(network.features(images), labels, numClasses); // [b, size + numClasses]
      return [toMu(features), toLogVar(features)] as const; // [b, latentDim] each
    });
    return { mu, logVar };
  };
}
