import { assertShape, type RandomStream, tf } from '@tintype/core-tensor';
import { type Interpolation, lerp, slerp } from './slerp.ts';

/** The space that paths run in. */
export type LatentSpace =
  | { readonly kind: 'z' }
  | {
      readonly kind: 'w';
      /** z [b, latentDim] → w [b, d]; borrows, gives. */
      readonly map: (z: tf.Tensor2D) => tf.Tensor2D;
    };

export interface LatentPairsOptions {
  readonly latentDim: number;
  readonly space?: LatentSpace;
  readonly epsilon: number;
  readonly sampling?: 'full' | 'end';
  readonly rng: RandomStream;
}

export interface LatentPairs {
  readonly dimension: number;
  /** float32 [2 · count, dimension]: first where each path is at t, then where it is at t + ε. */
  readonly values: Float32Array;
}

/** Where paths `first … first + count − 1` are at t and at t + ε, computed in float64: the step is small beside its ends. */
export async function latentPairs(
  options: LatentPairsOptions,
  first: number,
  count: number,
): Promise<LatentPairs> {
  const { rng, epsilon, sampling = 'full', space = { kind: 'z' } } = options;
  const from = await readEnds(options, 'from', first, count);
  const to = await readEnds(options, 'to', first, count);
  const places =
    sampling === 'end' ? new Float64Array(count) : await readPlaces(rng.fork('place'), first, count);
  const dimension = from.length / count;
  const interpolate: Interpolation = space.kind === 'z' ? slerp : lerp;
  const values = new Float32Array(2 * count * dimension);
  for (let path = 0; path < count; path++) {
    const t = places[path]!;
    const row = (ends: Float64Array) => ends.subarray(path * dimension, (path + 1) * dimension);
    values.set(interpolate(row(from), row(to), t), path * dimension);
    values.set(interpolate(row(from), row(to), t + epsilon), (count + path) * dimension);
  }
  return { dimension, values };
}

async function readEnds(
  { rng, latentDim, space }: LatentPairsOptions,
  name: 'from' | 'to',
  first: number,
  count: number,
): Promise<Float64Array> {
  const ends = tf.tidy(() => {
    const z = rng.fork(name).normalRows(first, count, [latentDim]) as tf.Tensor2D;
    if (space?.kind !== 'w') return z;
    const w = space.map(z);
    assertShape(w, [count, null], 'perceptualPathLength.space.map');
    return w;
  });
  const values = await ends.data();
  ends.dispose();
  return Float64Array.from(values);
}

/** A number in [0, 1) for each path. */
async function readPlaces(rng: RandomStream, first: number, count: number): Promise<ArrayLike<number>> {
  const places = tf.tidy(() =>
    tf.concat1d(Array.from({ length: count }, (_, path) => rng.fork(first + path).uniform<tf.Rank.R1>([1]))),
  );
  const values = await places.data();
  places.dispose();
  return values;
}
