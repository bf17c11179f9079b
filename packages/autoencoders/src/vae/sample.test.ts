import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeGenerator } from '@tintype/core-tensor/testing';
import { defaultVaeConfig } from './config.ts';
import { sampleVae } from './sample.ts';
import { createVae } from './vae.ts';

const create = () =>
  createVae({ ...defaultVaeConfig, imageSize: 8, hiddenUnits: [33], latentDim: 7 }, createRandomStream(1));

describeGenerator('VAE', () => {
  const model = create();
  return {
    async generate({ firstIndex, count }) {
      const batches: tf.Tensor4D[] = [];
      for await (const images of sampleVae(model, {
        firstIndex,
        count,
        rng: createRandomStream(9),
        batchSize: 3,
      })) {
        batches.push(images);
      }
      const all = tf.concat(batches);
      tf.dispose(batches);
      return all;
    },
    dispose: () => model.dispose(),
  };
});
