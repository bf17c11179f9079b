import { importanceLogWeights, type Vae } from '@tintype/autoencoders';
import { type RandomStream, tf } from '@tintype/core-tensor';
import { importanceSampledNll } from '@tintype/metrics';

/**
 * −log p(x) in nats per image, estimated from above with `samples` codes of each image drawn from q(z|x): the more, the
 * nearer. The draws of batch i come from `rng.fork(i)`. Images [b, h, w, c] are −1 or 1 where the likelihood is Bernoulli;
 * frees each batch. Burda, Grosse and Salakhutdinov (2016), arXiv 1509.00519, equation 8.
 */
export async function estimateNegativeLogLikelihood(
  model: Vae,
  batches: AsyncIterable<tf.Tensor4D>,
  { samples, rng }: { readonly samples: number; readonly rng: RandomStream },
): Promise<number> {
  let sum = 0;
  let count = 0;
  let index = 0;
  for await (const images of batches) {
    const size = images.shape[0];
    const logWeights = importanceLogWeights(model, images, { samples, rng: rng.fork(index++) }); // [samples, b]
    const values = (await logWeights.data()) as Float32Array;
    tf.dispose([images, logWeights]);
    sum += importanceSampledNll({ samples, count: size, values }).nats * size;
    count += size;
  }
  return sum / count;
}
