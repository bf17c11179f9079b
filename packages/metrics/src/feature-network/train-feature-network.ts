import { type BatchSource, type RandomStream, type tf, trainLoop } from '@tintype/core-tensor';
import { createImageBatches, type ImageDataset } from '@tintype/datasets';
import { augmentImages } from './augment-images.ts';
import { createFeatureNetwork, type FeatureNetwork } from './feature-network.ts';
import type { FeatureNetworkSettings } from './feature-network-recipes.ts';
import { createFeatureTrainStep } from './train-step.ts';

export interface TrainFeatureNetworkOptions {
  /** 28×28 grey images with labels 0 to 9. */
  readonly dataset: ImageDataset;
  readonly settings: FeatureNetworkSettings;
  /** Start, order of the data, augmentation and dropout are functions of this. */
  readonly rng: RandomStream;
  /** Stops with `E_ABORTED`. */
  readonly signal?: AbortSignal;
  /** Told every 50 steps: steps completed, and the loss of the last one in nats. */
  readonly onProgress?: (step: number, loss: number) => void;
}

/**
 * Trains from nothing. The same stream, data and settings give the same bytes on cpu, and on wasm with any number of
 * threads. The caller disposes of the network.
 */
export async function trainFeatureNetwork(options: TrainFeatureNetworkOptions): Promise<FeatureNetwork> {
  const { settings, rng, signal, onProgress } = options;
  const batches = augmentedBatches(options);
  const network = createFeatureNetwork(rng.fork('init'));
  const trainStep = createFeatureTrainStep(network, { ...settings, totalSteps: settings.steps });
  try {
    const loop = trainLoop(trainStep, batches, { steps: settings.steps, rng, ...(signal && { signal }) });
    for await (const event of loop)
      if (event.type === 'metrics') onProgress?.(event.step, event.values.loss!);
    return network;
  } catch (error) {
    network.dispose();
    throw error;
  } finally {
    trainStep.dispose();
  }
}

function augmentedBatches({ dataset, settings, rng }: TrainFeatureNetworkOptions): BatchSource {
  const plain = createImageBatches(dataset, { batchSize: settings.batchSize, rng: rng.fork('data') });
  const noise = rng.fork('augmentation');
  return {
    async batch(step, request) {
      const { images, ...others } = await plain.batch(step, request);
      try {
        return { ...others, images: await augmentImages(images as tf.Tensor4D, settings, noise.fork(step)) };
      } finally {
        images!.dispose();
      }
    },
  };
}
