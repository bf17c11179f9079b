import type { FeatureModel } from './feature-model.ts';
import type { Features } from './features.ts';
import { type ImageBatches, readBatches } from './read-batches.ts';

/**
 * The features of every image, in order. Frees each batch of [b, h, w, c] in [-1, 1]; borrows the model. Throws
 * `E_NON_FINITE` for NaN in the images or the features, `E_DATA` for another range and where there are no images,
 * `E_SHAPE` where the model gives rows of another shape.
 */
export async function collectFeatures(model: FeatureModel, batches: ImageBatches): Promise<Features> {
  const [features] = await readBatches(batches, {
    where: 'collectFeatures',
    dimensions: [model.dimension],
    read: (images) => [model.features(images)],
  });
  return features!;
}
