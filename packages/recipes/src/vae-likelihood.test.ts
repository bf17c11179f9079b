import { createVae, defaultVaeConfig } from '@tintype/autoencoders';
import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import {
  binarize,
  countActiveUnits,
  estimateNegativeLogLikelihood,
  measureVaeBound,
} from './vae-likelihood.ts';

async function* pictures() {
  for (const part of [0, 1]) yield createRandomStream(7).fork(part).uniform<tf.Rank.R4>([50, 4, 4, 1], -1, 1);
}

describeOnBackends(
  'what a VAE says of images',
  () => {
    const config = { ...defaultVaeConfig, imageSize: 4, hiddenUnits: [8], latentDim: 3 };

    test('the bound is the sum of its terms, and importance samples bring it down', async () => {
      const model = createVae(config, createRandomStream(1));
      const before = tf.memory().numTensors;
      const bound = await measureVaeBound(model, binarize(pictures()), createRandomStream(2));
      expect(bound.negativeElbo).toBeCloseTo(bound.reconstruction + bound.kl, 10);
      expect(bound.klPerUnit.reduce((sum, kl) => sum + kl, 0)).toBeCloseTo(bound.kl, 4);
      const estimate = (samples: number) =>
        estimateNegativeLogLikelihood(model, binarize(pictures()), { samples, rng: createRandomStream(3) });
      const [one, many] = [await estimate(1), await estimate(64)];
      expect(Math.abs(one - bound.negativeElbo)).toBeLessThan(0.3);
      expect(many).toBeLessThan(one);
      expect(tf.memory().numTensors).toBe(before);
      model.dispose();
    });

    test('a decoder that ignores its codes gains nothing from them, and an encoder of one code has no active unit', async () => {
      const model = createVae(config, createRandomStream(1));
      for (const [, { variable }] of model.parameters) variable.assign(tf.zerosLike(variable));
      const bound = await measureVaeBound(model, pictures(), createRandomStream(2));
      expect(bound.reconstruction).toBeCloseTo(16 * Math.LN2, 4);
      expect(bound.kl).toBeCloseTo(0, 6);
      expect(countActiveUnits(bound)).toBe(0);
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
