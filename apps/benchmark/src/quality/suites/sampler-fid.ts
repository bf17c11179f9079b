import { sampleBatches, tf } from '@tintype/core-tensor';
import { computeStatistics, frechetDistance } from '@tintype/metrics';
import {
  type DigitReference,
  type SampleWithOptions,
  type ScheduledUNet,
  sampleWith,
} from '@tintype/recipes';

export interface SamplerFid {
  readonly fid: number;
  /** Wall clock of sampling alone. */
  readonly secondsPerImage: number;
}

const batchSize = 50;

/** FID-LeNet of `count` samples to the test digits. Equal streams start from equal noise, whatever the sampler. */
export async function fidOfSampler(
  model: ScheduledUNet,
  reference: DigitReference,
  { count, rng, ...options }: Omit<SampleWithOptions, 'shape' | 'onStep'>,
): Promise<SamplerFid> {
  const { imageSize, channels } = model.config;
  const shape = [imageSize, imageSize, channels] as const;
  let milliseconds = 0;
  const samples = sampleBatches({ count, batchSize }, async (firstIndex, size) => {
    const startedAt = performance.now();
    const asked = { ...options, rng, shape, count: size, firstIndex };
    const images = await sampleWith(model, model.schedule, asked);
    const clipped = tf.tidy(() => images.clipByValue(-1, 1) as tf.Tensor4D);
    await images.data();
    images.dispose();
    milliseconds += performance.now() - startedAt;
    return clipped;
  });
  const { features } = await reference.read(samples);
  return { fid: distance(reference, features), secondsPerImage: milliseconds / 1000 / count };
}

type ReadFeatures = DigitReference['real']['features'];

function distance({ real }: DigitReference, features: ReadFeatures): number {
  return frechetDistance(computeStatistics(real.features), computeStatistics(features));
}
