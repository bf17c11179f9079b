import { createVae, createVaeTrainStep, defaultVaeConfig } from '@tintype/autoencoders';
import {
  createAdam,
  createConstantOutputMonitor,
  createDivergenceMonitor,
  createMemorizationMonitor,
  createPosteriorCollapseMonitor,
  type DrawContext,
  type RandomStream,
  tf,
} from '@tintype/core-tensor';
import { blobSize, drawBlobs } from './blob-images.ts';
import type { SmallTraining } from './small-training.ts';

/** What is wrong with it; all is well where nothing is said. */
export type VaeFault = 'kl-weight' | 'mean-image' | 'few-images';

const interval = 50;
const batchSize = 64;
const latentDim = 8;

/**
 * A VAE on pictures of 8×8 pixels. Faults: β = 20; a weight that leaves nothing but the mean image (β = 1000); five training
 * images, which it learns by heart.
 */
export function createSmallVae(rng: RandomStream, fault?: VaeFault): SmallTraining {
  const klWeight = { 'kl-weight': 20, 'mean-image': 1000, 'few-images': 1, none: 1 }[fault ?? 'none'];
  const config = { ...defaultVaeConfig, imageSize: blobSize, hiddenUnits: [64], latentDim, klWeight };
  const model = createVae(config, rng.fork('model'));
  const optimizer = createAdam(model.parameters, { learningRate: 5e-3 });
  const trainStep = createVaeTrainStep(model, { optimizer });
  const data = drawBlobs(fault === 'few-images' ? 5 : 2000, rng.fork('data'));
  const order = rng.fork('order');
  const real = (count: number, { rng: from }: { rng: RandomStream }) =>
    tf.tidy(() => tf.gather(data, from.integers<tf.Rank.R1>([count], 0, data.shape[0])));
  const sample = (count: number, { rng: from }: DrawContext) =>
    tf.tidy(() => model.decode(from.normal<tf.Rank.R2>([count, latentDim])));
  const codes = (images: tf.Tensor) => model.encode(images as tf.Tensor4D);

  return {
    trainStep,
    batches: { batch: (step) => ({ images: real(batchSize, { rng: order.fork(step) }) }) },
    monitors: [
      createDivergenceMonitor(),
      createPosteriorCollapseMonitor({ images: real, encode: codes, interval, fromStep: 100 }),
      createConstantOutputMonitor({
        real,
        reconstruct: (images) => model.reconstruct(images as tf.Tensor4D),
        interval,
        fromStep: 100,
      }),
      createMemorizationMonitor({
        sample,
        train: () => data.clone(),
        held: (count, { rng: from }) => drawBlobs(count, from),
        interval: 2 * interval,
      }),
    ],
    dispose() {
      trainStep.dispose();
      model.dispose();
      data.dispose();
    },
  };
}
