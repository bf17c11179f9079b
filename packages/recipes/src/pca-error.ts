import { type RandomStream, tf } from '@tintype/core-tensor';

type Batches = AsyncIterable<tf.Tensor4D>;

export interface PcaErrorOptions {
  /** Images that the components are of; each batch [b, h, w, c] in [-1, 1] is freed. */
  readonly train: Batches;
  /** Images that are measured; freed too. */
  readonly held: Batches;
  /** Principal components kept, from 1 to the pixels of an image. */
  readonly components: number;
  /** The start of the iteration. */
  readonly rng: RandomStream;
}

/** Rounds of the power iteration; on digits the error moves by less than 0.1 % after fifteen. */
const rounds = 40;

/**
 * Mean squared error of pixels in [0, 1] that principal component analysis leaves on held-out images: what the best linear
 * autoencoder of as many latent numbers would. Components by orthogonal iteration on the covariance (Golub and Van Loan,
 * "Matrix computations", section 8.2.4); where eigenvalues are nearly equal it mixes them, which costs next to nothing.
 */
export async function pcaError({ train, held, components, rng }: PcaErrorOptions): Promise<number> {
  const { mean, covariance } = await momentsOf(train);
  const size = mean.shape[0];
  let basis = orthonormal(await dataOf(tf.tidy(() => rng.normal([components, size]))), components, size);
  for (let round = 0; round < rounds; round++) {
    const product = tf.tidy(() => tf.matMul(basis, covariance)); // [components, pixels]
    basis.dispose();
    basis = orthonormal(await dataOf(product), components, size);
  }
  covariance.dispose();
  const error = await residualOf(held, mean, basis);
  tf.dispose([mean, basis]);
  return error;
}

/** Mean [pixels] and covariance [pixels, pixels] of pixels in [0, 1]. */
async function momentsOf(batches: Batches): Promise<{ mean: tf.Tensor1D; covariance: tf.Tensor2D }> {
  let sums: [tf.Tensor1D, tf.Tensor2D] | undefined;
  let count = 0;
  for await (const images of batches) {
    const before = sums;
    sums = tf.tidy((): [tf.Tensor1D, tf.Tensor2D] => {
      const rows = rowsOf(images);
      const [sum, products] = [rows.sum<tf.Tensor1D>(0), tf.matMul(rows, rows, true) as tf.Tensor2D] as const;
      return before
        ? [before[0].add<tf.Tensor1D>(sum), before[1].add<tf.Tensor2D>(products)]
        : [sum, products];
    });
    count += images.shape[0];
    tf.dispose([images, ...(before ?? [])]);
  }
  const [sum, products] = sums!;
  const moments = tf.tidy(() => {
    const mean = sum.div<tf.Tensor1D>(count);
    return {
      mean,
      covariance: products.div<tf.Tensor2D>(count).sub<tf.Tensor2D>(tf.outerProduct(mean, mean)),
    };
  });
  tf.dispose([sum, products]);
  return moments;
}

/** mean (|x − m|² − |B (x − m)|²) / pixels. */
async function residualOf(batches: Batches, mean: tf.Tensor1D, basis: tf.Tensor2D): Promise<number> {
  let sum = 0;
  let count = 0;
  for await (const images of batches) {
    const residual = tf.tidy(() => {
      const rows = rowsOf(images).sub<tf.Tensor2D>(mean);
      return rows
        .square()
        .sum()
        .sub(tf.matMul(rows, basis, false, true).square().sum());
    });
    sum += (await dataOf(residual))[0]!;
    count += images.shape[0] * mean.shape[0];
    images.dispose();
  }
  return sum / count;
}

function rowsOf(images: tf.Tensor4D): tf.Tensor2D {
  return images.add(1).div(2).reshape<tf.Tensor2D>([images.shape[0], -1]);
}

async function dataOf(tensor: tf.Tensor): Promise<Float64Array> {
  const values = Float64Array.from(await tensor.data());
  tensor.dispose();
  return values;
}

/** Gram and Schmidt's rows, in double precision. */
function orthonormal(values: Float64Array, rows: number, size: number): tf.Tensor2D {
  const rowAt = (row: number) => values.subarray(row * size, (row + 1) * size);
  for (let row = 0; row < rows; row++) {
    const own = rowAt(row);
    for (let before = 0; before < row; before++) subtract(own, rowAt(before), dot(own, rowAt(before)));
    const length = Math.sqrt(dot(own, own));
    for (let i = 0; i < size; i++) own[i] = own[i]! / length;
  }
  return tf.tensor2d(Float32Array.from(values), [rows, size]);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function subtract(target: Float64Array, other: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i]! -= factor * other[i]!;
}
