import type { Autoencoder } from '@tintype/autoencoders';
import { type RandomStream, readImages, tf } from '@tintype/core-tensor';
import { psnr } from '@tintype/metrics';

/** PSNR of the clean images, in dB, means over the images. */
export interface DenoisingGain {
  /** Of the noisy images as they are shown, cut to the range of pixels; uncut ones have 3 dB less at σ = 0.3. */
  readonly noisy: number;
  /** Of what the model makes of the noisy images. */
  readonly cleaned: number;
}

/** Noise of `sigma`, in units of a pixel in [0, 1], on every pixel. Frees each batch [b, h, w, c] in [-1, 1]. */
export async function measureDenoising(
  model: Autoencoder,
  batches: AsyncIterable<tf.Tensor4D>,
  { sigma, rng }: { readonly sigma: number; readonly rng: RandomStream },
): Promise<DenoisingGain> {
  const sums = { noisy: 0, cleaned: 0 };
  let count = 0;
  for await (const images of batches) {
    const size = images.shape[0];
    const made = tf.tidy(() => {
      const noise = rng.fork(count).normal<tf.Rank.R4>(images.shape);
      const noisy = images.add<tf.Tensor4D>(noise.mul(2 * sigma));
      return { noisy: noisy.clipByValue(-1, 1) as tf.Tensor4D, cleaned: model.reconstruct(noisy) };
    });
    const clean = await readImages(images);
    for (const name of ['noisy', 'cleaned'] as const)
      sums[name] += psnr(clean, await readImages(made[name])).mean * size;
    tf.dispose([images, made.noisy, made.cleaned]);
    count += size;
  }
  return { noisy: sums.noisy / count, cleaned: sums.cleaned / count };
}
