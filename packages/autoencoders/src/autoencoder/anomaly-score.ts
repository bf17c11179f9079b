import { tf } from '@tintype/core-tensor';
import type { Autoencoder } from './autoencoder.ts';

/**
 * How badly the model rebuilds each image: [b, h, w, c] in [-1, 1] → [b], the squared error summed over pixels in [0, 1],
 * whatever loss it was trained with. Images unlike those of the training score higher.
 */
export function anomalyScore(model: Autoencoder, images: tf.Tensor4D): tf.Tensor1D {
  return tf.tidy(() => model.reconstruct(images).sub(images).div(2).square().sum<tf.Tensor1D>([1, 2, 3]));
}
