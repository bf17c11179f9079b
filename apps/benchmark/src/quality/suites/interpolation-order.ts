import type { Vae } from '@tintype/autoencoders';
import { tf } from '@tintype/core-tensor';
import { type DataFiles, gatherImages, loadMnist } from '@tintype/datasets';
import { loadFeatureNetwork } from '@tintype/metrics';
import { pairsOfClasses, pathOrder } from './path-order.ts';

const pairs = 100;
const steps = 11;

/** `pathOrder` of codes on the line from one test digit to another of another class. */
export async function interpolationOrder(model: Vae, files: DataFiles): Promise<number> {
  const test = await loadMnist({ files, split: 'test' });
  const labels = test.labels!;
  const chosen = pairsOfClasses(labels, pairs);
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
    const classes = chosen.map(([first, second]) => [labels[first]!, labels[second]!] as const);
    return await pathOrder(network, paths, classes);
  } finally {
    network.dispose();
  }
}
