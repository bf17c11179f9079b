import { type DataFiles, type ImageDataset, loadFashionMnist } from '@tintype/datasets';
import { createPackageDataFiles } from '@tintype/datasets/node';
import { expect, test } from 'vitest';
import { createDigitReference } from './digit-reference.ts';
import { emojiSource, fashionMnistSource } from './image-source.ts';
import { mixImages } from './mix-images.ts';

const files = createPackageDataFiles();

test('emoji are drawn at the size of the model where the files can draw, and refused with the remedy elsewhere', async () => {
  const held = await emojiSource.load({ files, split: 'test', imageSize: 8 });
  expect(held).toMatchObject({ size: 555, height: 8, width: 8, channels: emojiSource.channels });
  const served: DataFiles = { read: files.read };
  await expect(emojiSource.load({ files: served, split: 'test', imageSize: 8 })).rejects.toMatchObject({
    code: 'E_DATA_MISSING',
    message: expect.stringContaining('createPackageDataFiles'),
  });
});

test('samples of a source that no network reads are compared with nothing', async () => {
  const request = { files, imageSize: 8, source: emojiSource };
  await expect(createDigitReference(request)).rejects.toMatchObject({ code: 'E_CONFIG' });
});

test('the first garments are of every class, which those of the files are not', async () => {
  const request = { files, split: 'test', imageSize: 28 } as const;
  const mixed = await fashionMnistSource.load(request);
  const sorted = await loadFashionMnist(request);
  const classes = (dataset: ImageDataset) => new Set(dataset.labels!.subarray(0, 500)).size;
  expect([classes(mixed), classes(sorted)]).toEqual([10, 1]);
});

test('mixing keeps each image with its label', () => {
  const size = 100;
  const bytes = Uint8Array.from({ length: size }, (_, i) => i);
  const mixed = mixImages({
    name: 'n',
    size,
    height: 1,
    width: 2,
    channels: 1,
    pixels: twice(bytes),
    labels: bytes,
  });
  expect([...mixed.labels!].sort((a, b) => a - b)).toEqual([...bytes]);
  expect([...mixed.labels!]).not.toEqual([...bytes]);
  expect(mixed.pixels).toEqual(twice(mixed.labels!));
});

/** Images of two pixels that are their label. */
function twice(labels: ArrayLike<number>): Uint8Array {
  return Uint8Array.from({ length: 2 * labels.length }, (_, i) => labels[i >> 1]!);
}
