import { TintypeError, type tf } from '@tintype/core-tensor';
import { type DataFiles, gatherImages, type ImageDataset, loadMnist } from '@tintype/datasets';
import { type Classifier, classify, loadFeatureNetwork, resizeBatches } from '@tintype/metrics';

export interface EvaluateDigitsOptions {
  /** What sample i was asked to be; −1 is anything and is not counted. */
  readonly labelOf: (index: number) => number;
  /** Side length of the samples. The test digits go through it too, and what is not 28 is resized to 28 to be read. */
  readonly imageSize: number;
  readonly files: DataFiles;
  /** Stops between batches with `E_ABORTED`. */
  readonly signal?: AbortSignal;
}

export type DigitFigures = {
  /** Share of the samples that the classifier reads as the digit that was asked for. */
  readonly labelAccuracy: number;
  /** The same of MNIST's 10 000 test digits, at the samples' size: how well the classifier reads. */
  readonly classifierAccuracy: number;
};

/** Side length that the classifier reads. */
const readSize = 28;

/**
 * Reads samples with the digit network that `@tintype/metrics` ships, which took no part in training what made them.
 * Frees each batch of samples [b, s, s, 1] in [-1, 1]. Throws `E_DATA` where there is nothing to count.
 */
export async function evaluateDigits(
  samples: AsyncIterable<tf.Tensor4D>,
  { files, imageSize, labelOf, signal }: EvaluateDigitsOptions,
): Promise<DigitFigures> {
  const held = await loadMnist({ files, split: 'test' });
  const classifier = await loadFeatureNetwork('mnist');
  try {
    const labelAccuracy = await accuracyOf(classifier, abortable(samples, signal), labelOf);
    const digits = abortable(testImages(held, imageSize), signal);
    return {
      labelAccuracy,
      classifierAccuracy: await accuracyOf(classifier, digits, (i) => held.labels![i]!),
    };
  } finally {
    classifier.dispose();
  }
}

/** Share of the images that are read as labelled; frees each batch. */
async function accuracyOf(
  classifier: Classifier,
  batches: AsyncIterable<tf.Tensor4D>,
  labelOf: (index: number) => number,
): Promise<number> {
  const { labels: read } = await classify(classifier, resizeBatches(batches, readSize));
  const asked = Array.from(read, (_, index) => labelOf(index));
  const counted = asked.filter((label) => label >= 0).length;
  if (counted > 0) return asked.filter((label, index) => label === read[index]).length / counted;
  throw new TintypeError('E_DATA', { where: 'evaluateDigits', what: 'no sample was asked to be a digit' });
}

async function* testImages(dataset: ImageDataset, imageSize: number): AsyncGenerator<tf.Tensor4D> {
  const batchSize = 500;
  for (let first = 0; first < dataset.size; first += batchSize) {
    const count = Math.min(batchSize, dataset.size - first);
    const indices = Int32Array.from({ length: count }, (_, i) => first + i);
    yield gatherImages(dataset, indices, imageSize);
  }
}

async function* abortable(
  batches: AsyncIterable<tf.Tensor4D>,
  signal?: AbortSignal,
): AsyncGenerator<tf.Tensor4D> {
  for await (const images of batches) {
    if (signal?.aborted) {
      images.dispose();
      throw new TintypeError('E_ABORTED', { where: 'evaluateDigits', what: 'stopped', cause: signal.reason });
    }
    yield images;
  }
}
