import { TintypeError, type tf } from '@tintype/core-tensor';
import type { DataFiles, ImageDataset } from '@tintype/datasets';
import {
  type Classifier,
  collectReadings,
  loadFeatureNetwork,
  type Readings,
  resizeBatches,
} from '@tintype/metrics';
import { digitBatches } from './digit-batches.ts';
import { type ImageSource, mnistSource } from './image-source.ts';

type DigitBatches = AsyncIterable<tf.Tensor4D>;

/** The digits that samples are compared with, or garments in their stead, and what reads both. */
export interface DigitReference {
  readonly network: Classifier;
  readonly train: ImageDataset;
  readonly test: ImageDataset;
  /** Side length of the samples; the real digits go through it too, and what is not 28 is resized to 28 to be read. */
  readonly imageSize: number;
  /** Of all 10 000 test digits. */
  readonly real: Readings;
  /** Features and classes of every image; frees each batch. */
  read(batches: DigitBatches): Promise<Readings>;
  /** The first so many digits of a split. */
  readDigits(split: 'train' | 'test', count: number): Promise<Readings>;
  dispose(): void;
}

export interface DigitReferenceOptions {
  readonly files: DataFiles;
  readonly imageSize: number;
  /** @default MNIST */
  readonly source?: ImageSource;
}

/** Side length that the network reads. */
const readSize = 28;

/**
 * Reads the test digits once. Throws `E_DATA_MISSING` where digits or weights are absent, `E_CONFIG` for a source that
 * no network reads.
 */
export async function createDigitReference({
  files,
  imageSize,
  source = mnistSource,
}: DigitReferenceOptions): Promise<DigitReference> {
  if (!source.network) throw unread(source);
  const datasets = await Promise.all(
    (['train', 'test'] as const).map((split) => source.load({ files, split, imageSize })),
  );
  const [train, test] = [datasets[0]!, datasets[1]!];
  const network = await loadFeatureNetwork(source.network);
  const read = (batches: DigitBatches) => collectReadings(network, resizeBatches(batches, readSize));
  const readDigits = (split: 'train' | 'test', count: number) =>
    read(digitBatches(split === 'train' ? train : test, { imageSize, count }));
  try {
    const real = await readDigits('test', test.size);
    return { network, train, test, imageSize, real, read, readDigits, dispose: () => network.dispose() };
  } catch (error) {
    network.dispose();
    throw error;
  }
}

function unread({ name }: ImageSource): TintypeError {
  const what = 'no network reads images of this source';
  return new TintypeError('E_CONFIG', { where: 'createDigitReference', what, got: name });
}
