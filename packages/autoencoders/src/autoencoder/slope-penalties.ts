import { type RandomStream, tf } from '@tintype/core-tensor';
import type { Autoencoder } from './autoencoder.ts';

/**
 * Rifai et al. (2011), "Contractive auto-encoders": ‖∂code/∂pixels‖²_F of an image, mean over the batch; pixels count in
 * [0, 1]. Exact for any encoder: each image is read latentDim times, once for every row of its Jacobian, so that its cost
 * is that of a batch latentDim times as large. Differentiable again.
 */
export function contractivePenalty(model: Autoencoder, images: tf.Tensor4D): tf.Scalar {
  return tf.tidy(() => {
    const [batchSize] = images.shape;
    const { latentDim } = model.config;
    const copies = tf.tile(images, [latentDim, 1, 1, 1]); // [latentDim · b, h, w, c]
    const latentOfCopy = Int32Array.from({ length: latentDim * batchSize }, (_, i) =>
      Math.floor(i / batchSize),
    );
    const chosen = tf.oneHot(tf.tensor1d(latentOfCopy, 'int32'), latentDim).toFloat(); // [latentDim · b, latentDim]
    const slopes = tf.grad((x: tf.Tensor) =>
      model
        .encode(x as tf.Tensor4D)
        .mul(chosen)
        .sum(),
    )(copies);
    return slopes
      .square()
      .sum<tf.Scalar>()
      .mul(4 / batchSize); // images span 2 where pixels span 1
  });
}

/**
 * ‖∂pixels/∂code‖²_F of a code, mean over the batch; pixels count in [0, 1]. Estimated without bias as ‖vᵀ ∂pixels/∂code‖²
 * with one direction v ~ N(0, I) in pixel space for each code, from `rng`. Differentiable again.
 */
export function decoderGradientPenalty(model: Autoencoder, codes: tf.Tensor2D, rng: RandomStream): tf.Scalar {
  return tf.tidy(() => {
    const batchSize = codes.shape[0];
    const { imageSize, channels } = model.config;
    const directions = rng.normal<tf.Rank.R4>([batchSize, imageSize, imageSize, channels]);
    const slopes = tf.grad((z: tf.Tensor) =>
      model
        .decode(z as tf.Tensor2D)
        .mul(directions)
        .sum(),
    )(codes);
    return slopes
      .square()
      .sum<tf.Scalar>()
      .div<tf.Scalar>(4 * batchSize); // images span 2 where pixels span 1
  });
}
