import { createRandomStream, tf } from '@tintype/core-tensor';

const binarization = 'binarized digits';

/**
 * Static binarisation (Salakhutdinov and Murray 2008): each pixel is white with its grey level's probability, drawn once
 * from a stream of its own, so that the n-th batch is the same for every model and seed. Frees each batch.
 */
export async function* binarize(batches: AsyncIterable<tf.Tensor4D>): AsyncGenerator<tf.Tensor4D> {
  const rng = createRandomStream(binarization);
  let index = 0;
  for await (const images of batches) {
    const binary = tf.tidy(() => {
      const draws = rng.fork(index++).uniform<tf.Rank.R4>(images.shape);
      return images.add(1).div(2).greater(draws).toFloat().mul(2).sub<tf.Tensor4D>(1);
    });
    images.dispose();
    yield binary;
  }
}
