import { tf } from '@tintype/core-tensor';
import type { VqVae } from './vq-vae.ts';

/** The terms are means over the batch and everything in it; pixels are in units of [-1, 1]. */
export interface VqVaeLoss {
  /** reconstruction + codebook + β · commitment; without the codebook term where codes follow averages. */
  readonly total: tf.Scalar;
  /** Mean squared error of the pixels, not clipped: times h·w·c / 2 it is −log N(x; mean, I) without its constant. */
  readonly reconstruction: tf.Scalar;
  /** mean (e − sg[z])². */
  readonly codebook: tf.Scalar;
  /** mean (z − sg[e])², without β. */
  readonly commitment: tf.Scalar;
}

/** What an update of the codebook needs of a batch. */
export interface EncodedBatch {
  /** The encoder's output [b, gridSize, gridSize, embeddingDim]. */
  readonly latents: tf.Tensor4D;
  /** int32 [b, gridSize, gridSize]. */
  readonly codeIndices: tf.Tensor3D;
}

/**
 * van den Oord et al. (2017), equation 3, with means for sums. Images [b, h, w, c] in [-1, 1]. Use inside
 * `computeGradients` or `tf.tidy`.
 */
export function vqVaeLoss(
  model: VqVae,
  images: tf.Tensor4D,
): { readonly losses: VqVaeLoss; readonly encoded: EncodedBatch } {
  const latents = model.encode(images);
  const { quantized, codeIndices, loss, codebookLoss, commitmentLoss } = model.quantizer.quantize(latents);
  const means = model.decodeMeans(quantized);
  const reconstruction = tf.tidy(() => tf.squaredDifference(means, images).mean<tf.Scalar>());
  return {
    losses: {
      total: reconstruction.add(loss),
      reconstruction,
      codebook: codebookLoss,
      commitment: commitmentLoss,
    },
    encoded: { latents, codeIndices },
  };
}
