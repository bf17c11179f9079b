import { type ParameterScope, tf } from '@tintype/core-tensor';
import { createDecoderNetwork } from '../networks/decoder-network.ts';
import type { VaeConfig } from './config.ts';
import { appendLabels } from './labels.ts';

/**
 * Codes [b, latentDim], and labels [b] where there are classes → logits of the pixels [b, h, w, c], whose sigmoid is the
 * mean of the pixel in [0, 1]; with `output: 'linear'` the means themselves.
 */
export type Decoder = (latents: tf.Tensor2D, labels?: tf.Tensor1D) => tf.Tensor4D;

/** The encoder's mirror image; the first layer sees the code and the label. */
export function createDecoder(scope: ParameterScope, config: VaeConfig): Decoder {
  const { latentDim, numClasses } = config;
  const network = createDecoderNetwork(scope, config, latentDim + (numClasses ?? 0));
  return (latents, labels) => tf.tidy(() => network(appendLabels(latents, labels, numClasses)));
}
