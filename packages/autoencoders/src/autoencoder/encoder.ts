import { createLinear, type ParameterScope, tf } from '@tintype/core-tensor';
import { createEncoderNetwork } from '../networks/encoder-network.ts';
import type { AutoencoderConfig } from './config.ts';

/** Images [b, h, w, c] in [-1, 1] → codes [b, latentDim]. */
export type Encoder = (images: tf.Tensor4D) => tf.Tensor2D;

/** The network and a linear layer. Parameters: the network's, and `embedding` as pythae names it. */
export function createEncoder(scope: ParameterScope, config: AutoencoderConfig): Encoder {
  const network = createEncoderNetwork(scope, config);
  const embed = createLinear(scope.child('embedding'), {
    inFeatures: network.size,
    outFeatures: config.latentDim,
    ...(network.chwShape && { chwShape: network.chwShape }),
  });
  return (images) =>
    tf.tidy(() => {
      const codes = embed(network.features(images)); // [b, latentDim]
      return config.latentActivation === 'sigmoid' ? codes.sigmoid() : codes;
    });
}
