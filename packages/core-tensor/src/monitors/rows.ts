import { TintypeError, tf } from '@tintype/backend';

/** Rows of numbers on the host: row-major [count, dimension]. */
export interface Rows {
  readonly count: number;
  readonly dimension: number;
  readonly values: Float64Array;
}

type Given = tf.Tensor | Promise<tf.Tensor>;

/**
 * Draws tensors, reads off what is wanted of them in one transfer, and frees them all, also when one fails. Each tensor
 * that `read` gives is flattened to [first axis, rest].
 */
export async function readRows(
  draws: readonly (() => Given)[],
  read: (...drawn: tf.Tensor[]) => readonly tf.Tensor[] = (...drawn) => drawn,
): Promise<Rows[]> {
  const drawn: tf.Tensor[] = [];
  try {
    for (const draw of draws) drawn.push(await draw());
    return await transfer(() => read(...drawn));
  } finally {
    tf.dispose(drawn);
  }
}

async function transfer(read: () => readonly tf.Tensor[]): Promise<Rows[]> {
  const shapes: number[][] = [];
  const joined = tf.tidy(() => {
    const flat = read().map((tensor) => {
      shapes.push(tensor.shape);
      return tensor.toFloat().reshape<tf.Tensor1D>([-1]);
    });
    return flat.length === 1 ? flat[0]!.clone() : tf.concat1d(flat);
  });
  try {
    return split(await joined.data(), shapes);
  } finally {
    joined.dispose();
  }
}

function split(values: ArrayLike<number>, shapes: readonly (readonly number[])[]): Rows[] {
  const all = Float64Array.from(values);
  let start = 0;
  return shapes.map(([count = 1, ...rest]) => {
    const dimension = rest.reduce((product, side) => product * side, 1);
    const rows = { count, dimension, values: all.subarray(start, start + count * dimension) };
    start += count * dimension;
    return rows;
  });
}

/** Euclidean distance of row i of one set to row j of another. */
export function distanceOfRows(a: Rows, i: number, b: Rows, j: number): number {
  if (a.dimension !== b.dimension) {
    throw new TintypeError('E_SHAPE', {
      where: 'monitor',
      what: 'what is compared must have rows of one size',
      got: `${a.dimension} and ${b.dimension} numbers a row`,
    });
  }
  let sum = 0;
  for (let k = 0; k < a.dimension; k++) {
    const difference = a.values[i * a.dimension + k]! - b.values[j * b.dimension + k]!;
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}

/** Mean distance of all pairs of different rows; 0 for a single row. */
export function meanPairDistance(rows: Rows): number {
  let sum = 0;
  for (let i = 0; i < rows.count; i++) for (let j = 0; j < i; j++) sum += distanceOfRows(rows, i, rows, j);
  return rows.count < 2 ? 0 : sum / ((rows.count * (rows.count - 1)) / 2);
}

/** Variance of each column over the rows, divided by their number. */
export function columnVariances({ count, dimension, values }: Rows): Float64Array {
  const variances = new Float64Array(dimension);
  for (let k = 0; k < dimension; k++) {
    let mean = 0;
    for (let i = 0; i < count; i++) mean += values[i * dimension + k]! / count;
    for (let i = 0; i < count; i++) variances[k]! += (values[i * dimension + k]! - mean) ** 2 / count;
  }
  return variances;
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

export function medianOf(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
