import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeGenerator, describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
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

describeOnBackends('sampleVae', () => {
  test('batches add up to the count asked for', async () => {
    const model = create();
    const sizes: number[] = [];
    for await (const images of sampleVae(model, { count: 7, rng: createRandomStream(9), batchSize: 3 })) {
      sizes.push(images.shape[0]);
      images.dispose();
    }
    expect(sizes).toEqual([3, 3, 1]);
    model.dispose();
  });

  test.each([{ count: 0 }, { count: 2.5 }, { count: 1, firstIndex: -1 }, { count: 1, batchSize: 0 }])(
    '%j is refused',
    async (options) => {
      const model = create();
      const first = sampleVae(model, { rng: createRandomStream(9), ...options }).next();
      await expect(first).rejects.toMatchObject({ code: 'E_CONFIG' });
      model.dispose();
    },
  );
});
