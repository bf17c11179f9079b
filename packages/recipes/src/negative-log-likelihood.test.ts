import { createVae, defaultVaeConfig, measureVaeBound } from '@tintype/autoencoders';
import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { binarize } from './binarize.ts';
import { estimateNegativeLogLikelihood } from './negative-log-likelihood.ts';

async function* pictures() {
  for (const part of [0, 1]) yield createRandomStream(7).fork(part).uniform<tf.Rank.R4>([50, 4, 4, 1], -1, 1);
}

describeOnBackends(
  'the likelihood that a VAE gives binarised images',
  () => {
    const config = { ...defaultVaeConfig, imageSize: 4, hiddenUnits: [8], latentDim: 3 };

    test('one sample gives about the bound, and more bring it down', async () => {
      const model = createVae(config, createRandomStream(1));
      const before = tf.memory().numTensors;
      const { negativeElbo } = await measureVaeBound(model, binarize(pictures()), createRandomStream(2));
      const estimate = (samples: number) =>
        estimateNegativeLogLikelihood(model, binarize(pictures()), { samples, rng: createRandomStream(3) });
      const [one, many] = [await estimate(1), await estimate(64)];
      expect(Math.abs(one - negativeElbo)).toBeLessThan(0.3);
      expect(many).toBeLessThan(one);
      expect(tf.memory().numTensors).toBe(before);
      model.dispose();
    });

    test('a decoder that ignores its codes gains nothing from them', async () => {
      const model = createVae(config, createRandomStream(1));
      for (const [, { variable }] of model.parameters) variable.assign(tf.zerosLike(variable));
      const nats = await estimateNegativeLogLikelihood(model, binarize(pictures()), {
        samples: 8,
        rng: createRandomStream(3),
      });
      expect(nats).toBeCloseTo(16 * Math.LN2, 4);
      model.dispose();
    });
  },
  { backends: ['wasm'] },
);
