import type { BatchSource } from '@tintype/core-tensor';
import { createImageBatches, loadMnist } from '@tintype/datasets';
import type { DataOptions } from './recipe.ts';

/** MNIST's 60 000 training digits, or the user's own images in grey at the same size. */
export async function mnistBatches(
  { files, batchSize, rng, loadImages }: DataOptions,
  imageSize: number,
): Promise<BatchSource> {
  const dataset = loadImages ? await loadImages({ imageSize, channels: 1 }) : await loadMnist({ files });
  return createImageBatches(dataset, { batchSize, rng, imageSize });
}
