import { type Autoencoder, anomalyScore } from '@tintype/autoencoders';
import type { ImageDataset } from '@tintype/datasets';
import { areaUnderRoc } from '@tintype/metrics';
import { digitBatches } from '@tintype/recipes';

/** The error of each of the first images of a dataset, in their order. */
export async function anomalyScores(
  model: Autoencoder,
  dataset: ImageDataset,
  count?: number,
): Promise<Float32Array> {
  const { imageSize } = model.config;
  const scores: number[] = [];
  for await (const images of digitBatches(dataset, { imageSize, ...(count && { count }) })) {
    const errors = anomalyScore(model, images);
    scores.push(...(await errors.data()));
    images.dispose();
    errors.dispose();
  }
  return Float32Array.from(scores);
}

/** How well the error tells images of this class from all others: the area under the ROC curve. */
export async function classAnomaly(
  model: Autoencoder,
  dataset: ImageDataset,
  label: number,
): Promise<number> {
  const scores = await anomalyScores(model, dataset);
  const isOdd = (_: number, i: number) => dataset.labels![i] === label;
  return areaUnderRoc(
    scores.filter(isOdd),
    scores.filter((score, i) => !isOdd(score, i)),
  );
}
