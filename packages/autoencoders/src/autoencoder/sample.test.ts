import { createRandomStream, joinBatches, type tf } from '@tintype/core-tensor';
import { describeGenerator, describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { fitGaussianMixtureLatents } from '../latent-distribution/fit-gaussian-mixture.ts';
import { standardNormalLatents } from '../latent-distribution/latent-distribution.ts';
import { createAutoencoder } from './autoencoder.ts';
import { defaultAutoencoderConfig } from './config.ts';
import { sampleAutoencoder } from './sample.ts';

const config = { ...defaultAutoencoderConfig, imageSize: 8, hiddenUnits: [33], latentDim: 7 };
const create = () => createAutoencoder(config, createRandomStream(1));

describeGenerator('autoencoder with a mixture of three over its codes', async () => {
  const model = create();
  const codes = createRandomStream(2).normal<tf.Rank.R2>([50, 7]);
  const distribution = await fitGaussianMixtureLatents(codes, {
    components: 3,
    rng: createRandomStream(3),
  });
  codes.dispose();
  return {
    generate: (request) =>
      joinBatches(
        sampleAutoencoder(model, distribution, { ...request, rng: createRandomStream(9), batchSize: 3 }),
      ),
    dispose: () => model.dispose(),
  };
});

describeOnBackends('sampleAutoencoder', () => {
  test('images of a linear decoder are clipped to [-1, 1]', async () => {
    const model = createAutoencoder({ ...config, hiddenUnits: [], output: 'linear' }, createRandomStream(1));
    const images = await joinBatches(
      sampleAutoencoder(model, standardNormalLatents(7), { count: 20, rng: createRandomStream(2) }),
    );
    expect([images.min().dataSync()[0], images.max().dataSync()[0]]).toEqual([-1, 1]);
    model.dispose();
  });

  test('a distribution of longer codes is refused', async () => {
    const model = create();
    const options = { count: 2, rng: createRandomStream(2) };
    await expect(sampleAutoencoder(model, standardNormalLatents(8), options).next()).rejects.toMatchObject({
      code: 'E_SHAPE',
    });
    model.dispose();
  });
});
