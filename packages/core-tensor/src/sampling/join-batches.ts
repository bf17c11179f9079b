import { tf } from '@tintype/backend';

/** All batches of a sampler as one tensor [n, h, w, c]. Frees the batches, also when the sampler throws. */
export async function joinBatches(batches: AsyncIterable<tf.Tensor4D>): Promise<tf.Tensor4D> {
  const parts: tf.Tensor4D[] = [];
  try {
    for await (const batch of batches) parts.push(batch);
    return tf.concat(parts, 0);
  } finally {
    tf.dispose(parts);
  }
}
