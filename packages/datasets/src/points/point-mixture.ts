import { type RandomStream, TintypeError, type tf } from '@tintype/core-tensor';
import type { PointDataset } from '../dataset.ts';

export interface PointSetOptions {
  /** Number of points, at least 1. */
  readonly count: number;
  readonly rng: RandomStream;
}

/** The centre of a point's component, by the index of the point within the whole set. */
export type PointCentre = (index: number) => {
  readonly x: number;
  readonly y: number;
  readonly label: number;
};

/** Points around given centres with Gaussian noise of one standard deviation. Reads random numbers back once. */
export async function drawAround(
  name: string,
  { count, rng }: PointSetOptions,
  standardDeviation: number,
  centreOf: PointCentre,
): Promise<PointDataset> {
  assertPointCount(count, name);
  const noise = await readNormal(rng.fork('noise'), 2 * count);
  const points = new Float32Array(2 * count);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const { x, y, label } = centreOf(i);
    points[2 * i] = x + standardDeviation * noise[2 * i]!;
    points[2 * i + 1] = y + standardDeviation * noise[2 * i + 1]!;
    labels[i] = label;
  }
  return { name, size: count, points, labels };
}

/** `count` integers in 0 … high−1, on the host. */
export async function readIntegers(
  rng: RandomStream,
  count: number,
  high: number,
): Promise<ArrayLike<number>> {
  const drawn = rng.integers<tf.Rank.R1>([count], 0, high);
  const values = await drawn.data();
  drawn.dispose();
  return values;
}

/** `count` numbers in [0, 1), on the host. */
export async function readUniform(rng: RandomStream, count: number): Promise<ArrayLike<number>> {
  const drawn = rng.uniform<tf.Rank.R1>([count]);
  const values = await drawn.data();
  drawn.dispose();
  return values;
}

export function assertPointCount(count: number, where: string): void {
  if (!Number.isInteger(count) || count < 1) {
    throw new TintypeError('E_DATA', { where, what: 'a point set has at least one point', got: count });
  }
}

async function readNormal(rng: RandomStream, count: number): Promise<ArrayLike<number>> {
  const drawn = rng.normal<tf.Rank.R1>([count]);
  const values = await drawn.data();
  drawn.dispose();
  return values;
}
