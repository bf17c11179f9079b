import { type RandomStream, tf } from '@tintype/core-tensor';
import { vaeLoss } from './loss.ts';
import type { Vae } from './vae.ts';

export interface VaeBound {
  /** Reconstruction + KL, in nats per image, whatever β the model was trained with. */
  readonly negativeElbo: number;
  /** −E_q[log p(x|z)], one sample of z an image. */
  readonly reconstruction: number;
  readonly kl: number;
  /** KL of each latent number, mean over the images, in nats. float64 [latentDim]. */
  readonly klPerUnit: Float64Array;
  /** Var_x E[z] of each latent number: what `countActiveUnits` counts. float64 [latentDim]. */
  readonly unitVariances: Float64Array;
  /** Mean squared difference of pixels in [0, 1] between an image and the decoded mean of its code. */
  readonly reconstructionMse: number;
}

/** Images with the labels that a model with classes needs. */
export interface LabelledBatch {
  readonly images: tf.Tensor4D;
  /** int32 [b]. */
  readonly labels: tf.Tensor1D;
}

/** Frees each batch [b, h, w, c] in [-1, 1]; the noise of batch i is drawn from `rng.fork(i)`. */
export async function measureVaeBound(
  model: Vae,
  batches: AsyncIterable<tf.Tensor4D | LabelledBatch>,
  rng: RandomStream,
): Promise<VaeBound> {
  const { latentDim } = model.config;
  const sums = { reconstruction: 0, kl: 0, squares: 0 };
  const [means, squares, klPerUnit] = [0, 1, 2].map(() => new Float64Array(latentDim));
  let count = 0;
  let index = 0;
  for await (const batch of batches) {
    const { images, labels } = batch instanceof tf.Tensor ? { images: batch, labels: undefined } : batch;
    const size = images.shape[0];
    let read: ReturnType<typeof measureBatch>;
    try {
      read = measureBatch(model, images, labels, rng.fork(index++));
    } finally {
      tf.dispose(labels ? [images, labels] : images);
    }
    const [scalars, mu, unitKl] = await Promise.all([
      read.scalars.data(),
      read.mu.data(),
      read.unitKl.data(),
    ]);
    tf.dispose([read.scalars, read.mu, read.unitKl]);
    sums.reconstruction += scalars[0]! * size;
    sums.kl += scalars[1]! * size;
    sums.squares += scalars[2]! * size;
    for (let i = 0; i < mu.length; i++) {
      means![i % latentDim]! += mu[i]!;
      squares![i % latentDim]! += mu[i]! ** 2;
      klPerUnit![i % latentDim]! += unitKl[i]!;
    }
    count += size;
  }
  const reconstruction = sums.reconstruction / count;
  const kl = sums.kl / count;
  return {
    negativeElbo: reconstruction + kl,
    reconstruction,
    kl,
    klPerUnit: klPerUnit!.map((sum) => sum / count),
    unitVariances: squares!.map((sum, unit) => sum / count - (means![unit]! / count) ** 2),
    reconstructionMse: sums.squares / count,
  };
}

function measureBatch(model: Vae, images: tf.Tensor4D, labels: tf.Tensor1D | undefined, rng: RandomStream) {
  return tf.tidy(() => {
    const { reconstruction, kl } = vaeLoss(model, images, rng, labels ? { labels } : {});
    const { mu, logVar } = model.encode(images, labels);
    const error = model.reconstruct(images, labels).sub(images).div(2).square().mean<tf.Scalar>();
    const unitKl = mu.square().add(logVar.exp()).sub(logVar).sub(1).div(2); // [b, latentDim]
    return { scalars: tf.stack([reconstruction, kl, error]), mu, unitKl };
  });
}

/** Var_x E[z] from which a latent number counts as active: Burda et al. (2016), arXiv 1509.00519, section 5.2. */
const activeUnitVariance = 0.01;

/** Latent numbers whose mean code moves with the image. */
export function countActiveUnits({ unitVariances }: Pick<VaeBound, 'unitVariances'>): number {
  return unitVariances.filter((variance) => variance > activeUnitVariance).length;
}
