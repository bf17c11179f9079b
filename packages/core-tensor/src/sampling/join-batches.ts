import { tf } from '@tintype/backend';

/** All batches of a sampler as one tensor, images [n, h, w, c] as a rule. Frees the batches, also when the sampler throws. */
export async function joinBatches<Samples extends tf.Tensor = tf.Tensor4D>(
  batches: AsyncIterable<Samples>,
): Promise<Samples> {
  const parts: Samples[] = [];
  try {
    for await (const batch of batches) parts.push(batch);
    return tf.concat(parts, 0);
  } finally {
    tf.dispose(parts);
  }
}
