import type { tf } from '@tintype/core-tensor';
import { type Classifier, classify } from '@tintype/metrics';

const stillness = 0.1;

/** Neighbours in a file that show different classes. */
export function pairsOfClasses(labels: ArrayLike<number>, count: number): [number, number][] {
  const found: [number, number][] = [];
  for (let i = 0; found.length < count; i += 2) if (labels[i] !== labels[i + 1]) found.push([i, i + 1]);
  return found;
}

/**
 * How straight the way from one class to another is, by a classifier: the rise of p(second) − p(first) ÷ all that it goes up
 * and down, mean over the ways. 1 is monotone; a way along which it hardly moves counts as 0. `paths` holds the images
 * [ways, h, w, c] of each step and is freed; `classes` the two classes of each way.
 */
export async function pathOrder(
  network: Classifier,
  paths: readonly tf.Tensor4D[],
  classes: readonly (readonly [number, number])[],
): Promise<number> {
  const { probabilities } = await classify(network, [...paths]); // frees each
  const leaning = (step: number, way: number) => {
    const [first, second] = classes[way]!;
    const row = (step * classes.length + way) * 10;
    return probabilities.values[row + second]! - probabilities.values[row + first]!;
  };
  const orders = classes.map((_, way) => orderOf(paths.map((_, step) => leaning(step, way))));
  return orders.reduce((sum, order) => sum + order, 0) / classes.length;
}

function orderOf(values: readonly number[]): number {
  const moved = values.slice(1).reduce((sum, value, i) => sum + Math.abs(value - values[i]!), 0);
  return moved < stillness ? 0 : (values.at(-1)! - values[0]!) / moved;
}
