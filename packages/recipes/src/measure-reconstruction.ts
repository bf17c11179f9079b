import { readImages, tf } from '@tintype/core-tensor';
import { psnr, ssim } from '@tintype/metrics';

/** Of held-out images through their codes and back. */
export type ReconstructionFigures = {
  /** Mean squared difference of pixels in [0, 1], over all held-out images. */
  readonly heldOutMse: number;
  /** Means over the first 1 000 of them: in dB, and up to 1. */
  readonly psnr: number;
  readonly ssim: number;
};

const comparedImages = 1000;

/** Frees each batch [b, h, w, c] in [-1, 1]; `reconstruct` borrows and gives. */
export async function measureReconstruction(
  reconstruct: (images: tf.Tensor4D) => tf.Tensor4D,
  batches: AsyncIterable<tf.Tensor4D>,
): Promise<ReconstructionFigures> {
  const sums = { squares: 0, psnr: 0, ssim: 0 };
  let count = 0;
  let compared = 0;
  for await (const images of batches) {
    const size = images.shape[0];
    const copies = reconstruct(images);
    const error = tf.tidy(() => tf.squaredDifference(copies, images).mean().div(4));
    sums.squares += (await error.data())[0]! * size;
    if (compared < comparedImages) {
      const [own, copy] = [await readImages(images), await readImages(copies)];
      sums.psnr += psnr(own, copy).mean * size;
      sums.ssim += ssim(own, copy).mean * size;
      compared += size;
    }
    tf.dispose([images, copies, error]);
    count += size;
  }
  return { heldOutMse: sums.squares / count, psnr: sums.psnr / compared, ssim: sums.ssim / compared };
}
