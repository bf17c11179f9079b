import { tf } from '@tintype/core-tensor';
import { gatherImages, type ImageDataset } from '@tintype/datasets';
import type { FeatureNetwork } from './feature-network.ts';

const batchSize = 500;

/** Share of a labelled dataset, 28×28 grey, that the network reads as labelled. */
export async function measureAccuracy(network: FeatureNetwork, dataset: ImageDataset): Promise<number> {
  let right = 0;
  for (let first = 0; first < dataset.size; first += batchSize) {
    const count = Math.min(batchSize, dataset.size - first);
    const indices = Array.from({ length: count }, (_, i) => first + i);
    const classes = tf.tidy(() => network.read(gatherImages(dataset, indices)).logits.argMax(1));
    try {
      const read = await classes.data();
      right += indices.filter((index, i) => read[i] === dataset.labels![index]).length;
    } finally {
      classes.dispose();
    }
  }
  return right / dataset.size;
}
