import { assertLabels, assertShape, currentBackend, TintypeError, tf } from '@tintype/core-tensor';

/**
 * Rows [b, n] with the one-hot label of each behind it: [b, n + numClasses]; without classes, the rows. Labels are int32
 * [b]. Throws `E_LABEL` where they are missing, too many or no classes; `E_SHAPE`. On WebGPU the values are not read
 * back: an impossible label there counts as none, so check labels where they are made.
 */
export function appendLabels(
  rows: tf.Tensor2D,
  labels: tf.Tensor1D | undefined,
  numClasses: number | null,
): tf.Tensor2D {
  if ((labels === undefined) !== (numClasses === null)) throw mismatch(numClasses);
  if (labels === undefined || numClasses === null) return rows;
  assertShape(labels, [rows.shape[0]], 'labels');
  if (currentBackend().name !== 'webgpu') assertLabels(labels.dataSync<'int32'>(), numClasses, 'labels');
  return tf.tidy(() => tf.concat2d([rows, tf.oneHot(labels, numClasses).toFloat() as tf.Tensor2D], 1));
}

function mismatch(numClasses: number | null): TintypeError {
  return new TintypeError('E_LABEL', {
    where: 'labels',
    what: numClasses === null ? 'the model knows no labels' : 'a conditional model needs the labels',
    got: numClasses === null ? 'labels' : 'none',
    expected: numClasses === null ? 'none' : `int32 [b] from 0 to ${numClasses - 1}`,
    ...(numClasses === null && { remedy: 'Create the model with numClasses' }),
  });
}
