import type { tf } from '@tintype/core-tensor';
import type { VqModel } from './vq-model.ts';

export type VqModelReconstruction = 'mse' | 'mae';

export interface VqModelLoss {
  /** reconstruction + codebook + β · commitment, or reconstruction + β · codebook + commitment (`betaOn` 'codebook'). */
  readonly total: tf.Scalar;
  /** Mean over batch, pixels and channels of (x − D(z_q))² or |x − D(z_q)|, images in [-1, 1]. */
  readonly reconstruction: tf.Scalar;
  /** mean (e − sg[z])², without its weight. */
  readonly codebook: tf.Scalar;
  /** mean (z − sg[e])², without its weight. */
  readonly commitment: tf.Scalar;
}

/** Images [b, h, w, c] in [-1, 1]. Use inside `computeGradients` or `tf.tidy`. */
export function vqModelLoss(
  model: VqModel,
  images: tf.Tensor4D,
  reconstructionLoss: VqModelReconstruction = 'mse',
): { readonly losses: VqModelLoss /** int32 [b, h, w]. */; readonly codeIndices: tf.Tensor3D } {
  const { quantized, codeIndices, loss, codebookLoss, commitmentLoss } = model.quantizer.quantize(
    model.encode(images),
  );
  const errors = model.decode(quantized).sub(images);
  const reconstruction = (reconstructionLoss === 'mse' ? errors.square() : errors.abs()).mean<tf.Scalar>();
  return {
    losses: {
      total: reconstruction.add(loss),
      reconstruction,
      codebook: codebookLoss,
      commitment: commitmentLoss,
    },
    codeIndices,
  };
}
