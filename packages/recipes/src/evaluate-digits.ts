import { type RandomStream, TintypeError, tf } from '@tintype/core-tensor';
import {
  createImageBatches,
  type DataFiles,
  gatherImages,
  type ImageDataset,
  loadMnist,
} from '@tintype/datasets';
import { type DigitClassifier, trainDigitClassifier } from './digit-classifier.ts';

export interface EvaluateDigitsOptions {
  /** What sample i was asked to be; −1 is anything and is not counted. */
  readonly labelOf: (index: number) => number;
  readonly imageSize: number;
  readonly files: DataFiles;
  /** The classifier and the order of its data are functions of this. */
  readonly rng: RandomStream;
  /** Steps of the classifier's training. @default 2000 */
  readonly steps?: number;
  readonly signal?: AbortSignal;
}

export type DigitFigures = {
  /** Share of the samples that the classifier reads as the digit that was asked for. */
  readonly labelAccuracy: number;
  /** The same of MNIST's 10 000 test digits: how well the classifier reads. */
  readonly classifierAccuracy: number;
};

/**
 * Trains a classifier on MNIST, independent of what made the samples, and reads them. Frees each batch of samples.
 * Throws `E_DATA` where there is nothing to count.
 */
export async function evaluateDigits(
  samples: AsyncIterable<tf.Tensor4D>,
  options: EvaluateDigitsOptions,
): Promise<DigitFigures> {
  const { files, imageSize, labelOf, steps, signal } = options;
  const [train, held] = await Promise.all([loadMnist({ files }), loadMnist({ files, split: 'test' })]);
  const rng = options.rng.fork('classifier');
  const batches = createImageBatches(train, { batchSize: 64, rng: rng.fork('data'), imageSize });
  const classifier = await trainDigitClassifier({
    batches,
    imageSize,
    rng,
    ...(steps !== undefined && { steps }),
    ...(signal && { signal }),
  });
  try {
    const classifierAccuracy = await accuracyOf(
      classifier,
      testImages(held, imageSize),
      (i) => held.labels![i]!,
    );
    return { labelAccuracy: await accuracyOf(classifier, samples, labelOf), classifierAccuracy };
  } finally {
    classifier.dispose();
  }
}

async function* testImages(dataset: ImageDataset, imageSize: number): AsyncGenerator<tf.Tensor4D> {
  const batchSize = 500;
  for (let first = 0; first < dataset.size; first += batchSize) {
    const count = Math.min(batchSize, dataset.size - first);
    const indices = Int32Array.from({ length: count }, (_, i) => first + i);
    yield gatherImages(dataset, indices, imageSize);
  }
}

/** Share of the images that are read as labelled; frees each batch. */
async function accuracyOf(
  classifier: DigitClassifier,
  batches: AsyncIterable<tf.Tensor4D>,
  labelOf: (index: number) => number,
): Promise<number> {
  let index = 0;
  let counted = 0;
  let right = 0;
  for await (const images of batches) {
    const read = tf.tidy(() => classifier.logits(images).argMax(1));
    images.dispose();
    for (const digit of await read.data()) {
      const label = labelOf(index++);
      if (label < 0) continue;
      counted++;
      if (digit === label) right++;
    }
    read.dispose();
  }
  if (counted > 0) return right / counted;
  throw new TintypeError('E_DATA', { where: 'evaluateDigits', what: 'no sample was asked to be a digit' });
}
