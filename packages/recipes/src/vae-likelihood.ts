// What a VAE says of images it has not seen: the evidence lower bound, its terms, and the estimate of log p(x) by
// importance sampling (Burda, Grosse and Salakhutdinov 2016, arXiv 1509.00519, equation 8).
import { reparameterize, type Vae, vaeLoss } from '@tintype/autoencoders';
import { createRandomStream, type RandomStream, tf } from '@tintype/core-tensor';
import { importanceSampledNll } from '@tintype/metrics';

export interface VaeBound {
  /** Reconstruction + KL, in nats per image, whatever β the model was trained with. */
  readonly negativeElbo: number;
  /** −E_q[log p(x|z)], one sample of z an image. */
  readonly reconstruction: number;
  readonly kl: number;
  /** KL of each latent number, mean over the images, in nats. */
  readonly klPerUnit: Float64Array;
  /** Var_x E[z] of each latent number; a unit above 0.01 is active (Burda et al. 2016, section 2). */
  readonly unitVariances: Float64Array;
  /** Mean squared difference of pixels in [0, 1] between an image and the decoded mean of its code. */
  readonly reconstructionMse: number;
}

/** Frees each batch [b, h, w, c] in [-1, 1]; the noise of batch i is drawn from `rng.fork(i)`. */
export async function measureVaeBound(
  model: Vae,
  batches: AsyncIterable<tf.Tensor4D>,
  rng: RandomStream,
): Promise<VaeBound> {
  const { latentDim } = model.config;
  const sums = { reconstruction: 0, kl: 0, squares: 0 };
  const means = new Float64Array(latentDim);
  const squares = new Float64Array(latentDim);
  const klPerUnit = new Float64Array(latentDim);
  let count = 0;
  let index = 0;
  for await (const images of batches) {
    const size = images.shape[0];
    const read = tf.tidy(() => {
      const { reconstruction, kl } = vaeLoss(model, images, rng.fork(index++));
      const { mu, logVar } = model.encode(images);
      const error = model.reconstruct(images).sub(images).div(2).square().mean();
      const unitKl = mu.square().add(logVar.exp()).sub(logVar).sub(1).div(2); // [b, latentDim]
      return { scalars: tf.stack([reconstruction, kl, error as tf.Scalar]), mu, unitKl };
    });
    const [scalars, mu, unitKl] = await Promise.all([
      read.scalars.data(),
      read.mu.data(),
      read.unitKl.data(),
    ]);
    tf.dispose([images, read.scalars, read.mu, read.unitKl]);
    sums.reconstruction += scalars[0]! * size;
    sums.kl += scalars[1]! * size;
    sums.squares += scalars[2]! * size;
    for (let i = 0; i < mu.length; i++) {
      means[i % latentDim]! += mu[i]!;
      squares[i % latentDim]! += mu[i]! ** 2;
      klPerUnit[i % latentDim]! += unitKl[i]!;
    }
    count += size;
  }
  const reconstruction = sums.reconstruction / count;
  const kl = sums.kl / count;
  return {
    negativeElbo: reconstruction + kl,
    reconstruction,
    kl,
    klPerUnit: klPerUnit.map((sum) => sum / count),
    unitVariances: squares.map((sum, unit) => sum / count - (means[unit]! / count) ** 2),
    reconstructionMse: sums.squares / count,
  };
}

const activeUnitVariance = 0.01;

/** Latent numbers whose mean code moves with the image. */
export function countActiveUnits({ unitVariances }: VaeBound): number {
  return unitVariances.filter((variance) => variance > activeUnitVariance).length;
}

/**
 * −log p(x) in nats per image, estimated from above with `samples` codes of each image drawn from q(z|x): the more, the
 * nearer. For a Bernoulli likelihood; images are −1 or 1. Frees each batch.
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
    const stream = rng.fork(index++);
    const logWeights = tf.tidy(() => {
      const pixels = images.add(1).div(2);
      const posterior = model.encode(images);
      const weights = Array.from({ length: samples }, (_, k) =>
        tf.tidy(() => {
          const noise = stream.fork(k).normal<tf.Rank.R2>(posterior.mu.shape);
          const z = reparameterize(posterior, noise);
          const logits = model.decodeLogits(z);
          const likelihood = pixels.mul(logits).sub(logits.softplus()).sum([1, 2, 3]); // log p(x|z), [b]
          const ratio = noise.square().sub(z.square()).add(posterior.logVar).div(2).sum(1); // log p(z) − log q(z|x)
          return likelihood.add(ratio);
        }),
      );
      return tf.stack(weights); // [samples, b]
    });
    const values = (await logWeights.data()) as Float32Array;
    tf.dispose([images, logWeights]);
    sum += importanceSampledNll({ samples, count: size, values }).nats * size;
    count += size;
  }
  return sum / count;
}

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
