import { encodePng, makeGrid, readImages, type tf } from '@tintype/core-tensor';

/** Images [n, h, w, c] in [-1, 1] as one PNG. Borrows the tensor. */
export async function encodeGrid(images: tf.Tensor4D): Promise<Uint8Array> {
  return encodePng(makeGrid(await readImages(images)));
}
