import { TintypeError, tf } from '@tintype/core-tensor';
import type { Features } from './features.ts';

/** Batches of images [b, h, w, c] in [-1, 1], which whoever is given them frees. */
export type ImageBatches = AsyncIterable<tf.Tensor4D> | Iterable<tf.Tensor4D>;

export interface RowsPlan {
  readonly where: string;
  /** Row length of each table. */
  readonly dimensions: readonly number[];
  /** A batch → one tensor [b, dimension] for each table. */
  readonly read: (images: tf.Tensor4D) => readonly tf.Tensor2D[];
}

/** float32 images of 8-bit origin may leave their range by rounding. */
const rangeTolerance = 1e-3;

/** Tables of what is read from each image, in order. Frees each batch, also where it throws. */
export async function readBatches(
  batches: ImageBatches,
  { where, dimensions, read }: RowsPlan,
): Promise<Features[]> {
  const tables: Float32Array[][] = dimensions.map(() => []);
  let count = 0;
  for await (const images of batches) {
    let rows: readonly tf.Tensor2D[] = [];
    try {
      await assertImages(images, where);
      rows = tf.tidy(() => [...read(images)]);
      for (const [i, tensor] of rows.entries()) {
        assertRows(tensor, [images.shape[0], dimensions[i]!], where);
        tables[i]!.push((await tensor.data()) as Float32Array);
      }
      count += images.shape[0];
    } finally {
      tf.dispose([images, ...rows]);
    }
  }
  if (count === 0)
    throw new TintypeError('E_DATA', { where, what: 'there are no images', got: 0, expected: 'at least 1' });
  return tables.map((parts, i) => ({
    count,
    dimension: dimensions[i]!,
    values: joined(parts, count * dimensions[i]!, where),
  }));
}

/** NaN would vanish in a ReLU, and images of another range would be read as something else. */
async function assertImages(images: tf.Tensor4D, where: string): Promise<void> {
  const bounds = tf.tidy(() => tf.stack([images.min(), images.max(), images.sum()]));
  try {
    const [low, high, sum] = (await bounds.data()) as Float32Array;
    if (!Number.isFinite(sum)) {
      throw new TintypeError('E_NON_FINITE', { where, what: 'the images hold NaN or ±Infinity', got: sum });
    }
    if (low! >= -1 - rangeTolerance && high! <= 1 + rangeTolerance) return;
    throw new TintypeError('E_DATA', {
      where,
      what: 'images lie in [-1, 1]',
      got: `values from ${low} to ${high}`,
      expected: '-1 (black) to 1 (white)',
      remedy: 'Scale or clip them; nothing is rescaled silently',
    });
  } finally {
    bounds.dispose();
  }
}

function assertRows({ shape }: tf.Tensor, expected: readonly number[], where: string): void {
  if (tf.util.arraysEqual(shape, [...expected])) return;
  throw new TintypeError('E_SHAPE', {
    where,
    what: 'the model gave rows of another shape',
    got: shape,
    expected,
  });
}

function joined(parts: readonly Float32Array[], length: number, where: string): Float32Array {
  const values = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong === -1) return values;
  throw new TintypeError('E_NON_FINITE', {
    where,
    what: 'the model gave a value that is not finite',
    got: values[wrong],
  });
}
