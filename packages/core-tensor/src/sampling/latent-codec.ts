import type { tf } from '@tintype/backend';

/** Latent diffusion: images [b, h, w, c] in [-1, 1] to the denoiser's space and back. */
export interface LatentCodec {
  encode(images: tf.Tensor4D): tf.Tensor4D;
  decode(latents: tf.Tensor4D): tf.Tensor4D;
  /** Latents are multiplied by this before diffusion, and divided by it before `decode`. */
  readonly scale: number;
}
