import type { Vae } from '@tintype/autoencoders';
import { tf } from '@tintype/core-tensor';
import { type DataFiles, gatherImages, loadMnist } from '@tintype/datasets';
import { classify, loadFeatureNetwork } from '@tintype/metrics';

const pairs = 100;
const steps = 11;
const stillness = 0.1;

/**
 * How straight the way between two digits is, by a classifier: for codes on the line from one test digit to another of
 * another class, the rise of p(second) − p(first) ÷ all that it goes up and down, mean over the pairs. 1 is monotone; a pair
 * along which it hardly moves counts as 0.
 */
export async function interpolationOrder(model: Vae, files: DataFiles): Promise<number> {
  const test = await loadMnist({ files, split: 'test' });
  const labels = test.labels!;
  const chosen = pairsOfClasses(labels);
  const network = await loadFeatureNetwork('mnist');
  try {
    const ends = [0, 1].map((side) =>
      gatherImages(
        test,
        chosen.map((pair) => pair[side]!),
      ),
    );
    const paths = Array.from({ length: steps }, (_, step) =>
      tf.tidy(() => {
        const [from, to] = ends.map((images) => model.encode(images).mu);
        return model.decode(from!.add(to!.sub(from!).mul(step / (steps - 1))) as tf.Tensor2D);
      }),
    );
    tf.dispose(ends);
    const { probabilities } = await classify(network, paths); // frees each
    const leaning = (step: number, pair: number) => {
      const [first, second] = chosen[pair]!.map((index) => labels[index]!);
      const row = (step * pairs + pair) * 10;
      return probabilities.values[row + second!]! - probabilities.values[row + first!]!;
    };
    const orders = chosen.map((_, pair) =>
      orderOf(Array.from({ length: steps }, (_, step) => leaning(step, pair))),
    );
    return orders.reduce((sum, order) => sum + order, 0) / pairs;
  } finally {
    network.dispose();
  }
}

/** Neighbours in the file that show different digits. */
function pairsOfClasses(labels: ArrayLike<number>): [number, number][] {
  const found: [number, number][] = [];
  for (let i = 0; found.length < pairs; i += 2) if (labels[i] !== labels[i + 1]) found.push([i, i + 1]);
  return found;
}

function orderOf(values: readonly number[]): number {
  const moved = values.slice(1).reduce((sum, value, i) => sum + Math.abs(value - values[i]!), 0);
  return moved < stillness ? 0 : (values.at(-1)! - values[0]!) / moved;
}
