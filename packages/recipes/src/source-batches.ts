import { type BatchSource, TintypeError } from '@tintype/core-tensor';
import { createImageBatches, type ImageDataset } from '@tintype/datasets';
import type { ImageSource } from './image-source.ts';
import type { DataOptions } from './recipe.ts';

/**
 * Training images of a source, or the user's own in its colours at the same size. Throws `E_LABEL` where so many classes
 * are to be learned and the images have no labels, or labels of more classes.
 */
export async function sourceBatches(
  source: ImageSource,
  { files, batchSize, rng, loadImages }: DataOptions,
  imageSize: number,
  numClasses?: number,
): Promise<BatchSource> {
  const dataset = loadImages
    ? await loadImages({ imageSize, channels: source.channels })
    : await source.load({ files, split: 'train', imageSize });
  if (numClasses !== undefined) assertClasses(dataset, numClasses);
  return createImageBatches(dataset, { batchSize, rng, imageSize });
}

function assertClasses({ name, labels }: ImageDataset, numClasses: number): void {
  const got = labels ? largestLabel(labels) + 1 : 'no labels';
  if (typeof got === 'number' && got <= numClasses) return;
  throw new TintypeError('E_LABEL', {
    where: `data: ${name}`,
    what: 'the recipe learns classes',
    got,
    expected: `labels of at most ${numClasses} classes`,
    remedy: 'Put the images into one subfolder for each class and set numClasses to their number',
  });
}

function largestLabel(labels: Iterable<number>): number {
  let largest = 0;
  for (const label of labels) largest = Math.max(largest, label);
  return largest;
}
