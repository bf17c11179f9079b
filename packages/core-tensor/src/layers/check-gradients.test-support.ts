import { tf } from '@tintype/backend';
import { createRandomStream } from '../random/create-random-stream.ts';

export interface GradientCheck {
  readonly order: 1 | 2;
  readonly analytic: number;
  readonly numeric: number;
  readonly isRight: boolean;
}

const stepSize = 5e-3;

/**
 * Compares the derivative of a layer along a random unit direction through its input and all its parameters with a
 * central difference: order 1 of L = Σ(½·r·y² + r₂·y), order 2 of Σ u·∇L. Tolerances as in fixtures/reference/gradients.
 */
export async function checkGradients(
  layer: (x: tf.Tensor) => tf.Tensor,
  input: tf.Tensor,
  variables: readonly tf.Variable[],
  order: 1 | 2,
): Promise<GradientCheck> {
  const rng = createRandomStream('check-gradients').fork(order);
  const readings = tf.tidy(() => {
    const point = tf.variable(input, false);
    const places = [point, ...variables];
    const like = layer(point);
    const [r, r2] = [rng.fork('r').normal(like.shape), rng.fork('r2').normal(like.shape)];
    const loss = (): tf.Tensor => {
      const y = layer(point);
      return tf.sum(tf.add(tf.mul(tf.mul(r, 0.5), tf.square(y)), tf.mul(r2, y)));
    };
    const directions = (name: string) =>
      unitDirections(places, (shape, i) => rng.fork(name).fork(i).normal(shape));
    const u = directions('u');
    const value = order === 1 ? loss : () => along(gradientsOf(loss, places), u);
    const tangents = directions('tangent');
    const analytic = along(gradientsOf(value, places), tangents);
    const ends = valuesAround(value, places, tangents);
    point.dispose();
    return [analytic, ...ends];
  });
  const [analytic, above, below] = await Promise.all(
    readings.map(async (reading) => (await reading.data())[0] as number),
  );
  tf.dispose(readings);
  const numeric = (above! - below!) / (2 * stepSize);
  const tolerance = (order === 1 ? 0.02 : 0.03) * (Math.abs(numeric) + 0.05);
  return { order, analytic: analytic!, numeric, isRight: Math.abs(analytic! - numeric) <= tolerance };
}

/** By each place, in order; zeros where the value does not depend on one. */
export function gradientsOf(value: () => tf.Tensor, places: readonly tf.Tensor[]): tf.Tensor[] {
  const { grads } = tf.engine().gradients(value, [...places], undefined, true);
  return places.map((place, i) => grads[i] ?? tf.zerosLike(place));
}

/** The value one step forward and one step back along the tangents; the places return to where they were. */
function valuesAround(
  value: () => tf.Tensor,
  places: readonly tf.Variable[],
  tangents: readonly tf.Tensor[],
): tf.Tensor[] {
  const starts = places.map((place) => place.clone());
  const ends = [stepSize, -stepSize].map((size) => {
    for (const [i, place] of places.entries()) place.assign(tf.add(starts[i]!, tf.mul(tangents[i]!, size)));
    return value();
  });
  for (const [i, place] of places.entries()) place.assign(starts[i]!);
  return ends;
}

function along(gradients: readonly tf.Tensor[], directions: readonly tf.Tensor[]): tf.Tensor {
  return gradients
    .map((gradient, i) => tf.sum(tf.mul(gradient, directions[i]!)))
    .reduce((sum, part) => tf.add(sum, part));
}

function unitDirections(
  places: readonly tf.Tensor[],
  draw: (shape: number[], i: number) => tf.Tensor,
): tf.Tensor[] {
  const drawn = places.map((place, i) => draw(place.shape, i));
  const norm = tf.sqrt(drawn.map((part) => tf.sum(tf.square(part))).reduce((sum, part) => tf.add(sum, part)));
  return drawn.map((part) => tf.div(part, norm));
}
