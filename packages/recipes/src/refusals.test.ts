import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { vaeMnist } from './vae-mnist.ts';
import { vqVaeMnist } from './vq-vae-mnist.ts';

const refused = expect.objectContaining({ code: 'E_CONFIG' });

describeOnBackends(
  'a config that a recipe cannot train',
  () => {
    test('a VAE with classes is refused, for no part of the recipe has labels', () => {
      const create = (numClasses: number | null) =>
        vaeMnist.create({ ...vaeMnist.config, numClasses }, createRandomStream(0));
      expect(() => create(10)).toThrow(refused);
      const { model, trainStep } = create(null);
      trainStep.dispose();
      model.dispose();
    });

    test('a prior that is refused leaves nothing of its VQ-VAE', () => {
      const before = tf.memory().numTensors;
      const config = { ...vqVaeMnist.config, priorLayers: 0 };
      expect(() => vqVaeMnist.create(config, createRandomStream(0))).toThrow(refused);
      expect(tf.memory().numTensors).toBe(before);
    });
  },
  { backends: ['cpu'] },
);
