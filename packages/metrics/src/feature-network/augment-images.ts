import { type RandomStream, tf } from '@tintype/core-tensor';

export interface Augmentation {
  /** The furthest that an image is moved along each axis, in whole pixels; 0 moves none. */
  readonly maxShift: number;
  /** Whether half of the images are mirrored left to right. */
  readonly isMirroring: boolean;
}

const background = -1;

/**
 * Each image [h, w, c] of a batch moved, and mirrored or not, by draws of its own; black comes in at the edges.
 * Computed on the host. Borrows the images and gives new ones.
 */
export async function augmentImages(
  images: tf.Tensor4D,
  { maxShift, isMirroring }: Augmentation,
  rng: RandomStream,
): Promise<tf.Tensor4D> {
  const [count, height, width, channels] = images.shape;
  const shifts = await readDraws(rng.fork('shift').integers([count, 2], -maxShift, maxShift + 1));
  const mirrors = await readDraws(rng.fork('mirror').integers([count], 0, isMirroring ? 2 : 1));
  const source = await images.data();
  const moved = new Float32Array(source.length).fill(background);
  for (let image = 0; image < count; image++) {
    const [down, right] = [shifts[image * 2]!, shifts[image * 2 + 1]!];
    for (let y = Math.max(0, down); y < Math.min(height, height + down); y++) {
      for (let x = Math.max(0, right); x < Math.min(width, width + right); x++) {
        const column = mirrors[image] === 1 ? width - 1 - (x - right) : x - right;
        const from = ((image * height + y - down) * width + column) * channels;
        const to = ((image * height + y) * width + x) * channels;
        for (let channel = 0; channel < channels; channel++) moved[to + channel] = source[from + channel]!;
      }
    }
  }
  return tf.tensor4d(moved, images.shape);
}

async function readDraws(draws: tf.Tensor): Promise<ArrayLike<number>> {
  try {
    return await draws.data();
  } finally {
    draws.dispose();
  }
}
