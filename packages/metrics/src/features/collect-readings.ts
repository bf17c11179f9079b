import { tf } from '@tintype/core-tensor';
import type { Classifier } from './feature-model.ts';
import type { Features } from './features.ts';
import { type ImageBatches, readBatches } from './read-batches.ts';

export interface Classification {
  /** The likeliest class of each image. */
  readonly labels: Int32Array;
  /** [n, classes]; each row sums to 1. */
  readonly probabilities: Features;
}

export interface Readings extends Classification {
  readonly features: Features;
}

/** Features and classes of every image from one pass over the batches; frees and throws as `collectFeatures` does. */
export async function collectReadings(classifier: Classifier, batches: ImageBatches): Promise<Readings> {
  const { dimension, classNames } = classifier;
  const [features, probabilities] = await readBatches(batches, {
    where: 'collectReadings',
    dimensions: [dimension, classNames.length],
    read(images) {
      const { features, logits } = classifier.read?.(images) ?? {
        features: classifier.features(images),
        logits: classifier.logits(images),
      };
      return [features, tf.softmax(logits)];
    },
  });
  return { features: features!, probabilities: probabilities!, labels: likeliest(probabilities!) };
}

/** The classes of every image; frees and throws as `collectFeatures` does. */
export async function classify(classifier: Classifier, batches: ImageBatches): Promise<Classification> {
  const [probabilities] = await readBatches(batches, {
    where: 'classify',
    dimensions: [classifier.classNames.length],
    read: (images) => [tf.softmax(classifier.logits(images))],
  });
  return { probabilities: probabilities!, labels: likeliest(probabilities!) };
}

/** The first of the largest in each row. */
function likeliest({ count, dimension, values }: Features): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => {
    const probabilities = values.subarray(row * dimension, (row + 1) * dimension);
    return probabilities.indexOf(Math.max(...probabilities));
  });
}
