import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { defaultVaeConfig } from './config.ts';
import { createVae } from './vae.ts';
import { countActiveUnits, measureVaeBound } from './vae-bound.ts';

const config = { ...defaultVaeConfig, imageSize: 4, hiddenUnits: [8], latentDim: 3 };

async function* pictures() {
  for (const part of [0, 1]) yield createRandomStream(7).fork(part).uniform<tf.Rank.R4>([50, 4, 4, 1], -1, 1);
}

async function* labelled() {
  for await (const images of pictures()) yield { images, labels: tf.fill([50], 1, 'int32') as tf.Tensor1D };
}

describeOnBackends(
  'the bound of a VAE on images',
  () => {
    test('is the sum of its terms, and its KL that of the latent numbers', async () => {
      const model = createVae(config, createRandomStream(1));
      const before = tf.memory().numTensors;
      const bound = await measureVaeBound(model, pictures(), createRandomStream(2));
      expect(bound.negativeElbo).toBeCloseTo(bound.reconstruction + bound.kl, 10);
      expect(bound.klPerUnit.reduce((sum, kl) => sum + kl, 0)).toBeCloseTo(bound.kl, 4);
      expect(bound.unitVariances.every((variance) => variance > 0)).toBe(true);
      expect(tf.memory().numTensors).toBe(before);
      model.dispose();
    });

    test('needs the labels of a conditional model, and frees them', async () => {
      const model = createVae({ ...config, numClasses: 2 }, createRandomStream(1));
      const before = tf.memory().numTensors;
      const bound = await measureVaeBound(model, labelled(), createRandomStream(2));
      expect(bound.kl).toBeGreaterThan(0);
      expect(tf.memory().numTensors).toBe(before);
      await expect(measureVaeBound(model, pictures(), createRandomStream(2))).rejects.toMatchObject({
        code: 'E_LABEL',
      });
      expect(tf.memory().numTensors).toBe(before);
      model.dispose();
    });

    test('an encoder of one code has no active unit, and a decoder of one image costs ln 2 a pixel', async () => {
      const model = createVae(config, createRandomStream(1));
      for (const [, { variable }] of model.parameters) variable.assign(tf.zerosLike(variable));
      const bound = await measureVaeBound(model, pictures(), createRandomStream(2));
      expect(bound.reconstruction).toBeCloseTo(16 * Math.LN2, 4);
      expect(bound.kl).toBeCloseTo(0, 6);
      expect(countActiveUnits(bound)).toBe(0);
      expect(countActiveUnits({ unitVariances: Float64Array.of(0.009, 0.011, 1) })).toBe(2);
      // A code far from 0 that is the same for every image costs ½ mu² nats and says nothing.
      model.parameters.get('encoder.embedding.bias')!.variable.assign(tf.tensor1d([3, 0, -1]));
      const constant = await measureVaeBound(model, pictures(), createRandomStream(2));
      expect([...constant.klPerUnit]).toBeAllClose([4.5, 0, 0.5]);
      expect(countActiveUnits(constant)).toBe(0);
      model.dispose();
    });

    test('the variance of a latent number is that of its mean code over all images of all batches', async () => {
      const model = createVae(config, createRandomStream(1));
      const means: number[][] = [];
      for await (const images of pictures()) means.push(...model.encode(images).mu.arraySync());
      const expected = [0, 1, 2].map((unit) => {
        const mean = means.reduce((sum, code) => sum + code[unit]!, 0) / means.length;
        return means.reduce((sum, code) => sum + (code[unit]! - mean) ** 2, 0) / means.length;
      });
      const { unitVariances } = await measureVaeBound(model, pictures(), createRandomStream(2));
      expect([...unitVariances]).toBeAllClose(expected, { rtol: 1e-4, atol: 0 });
      model.dispose();
    });
  },
  { backends: ['wasm'] },
);
