import { tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test, vi } from 'vitest';
import { createFeatureModel } from './create-feature-model.ts';

const parts = {
  scoreName: 'FID-mine',
  dimension: 3,
  features: (images: tf.Tensor4D) => tf.reshape(images.add(1).mul(2), [-1, 3]) as tf.Tensor2D,
};
const hash = 'ba7816bf8f01cfea';

describeOnBackends(
  'createFeatureModel',
  () => {
    test('the hash is the beginning of the SHA-256 of the weights, or the one that is given', async () => {
      // FIPS 180-2, appendix B.1: the message abc.
      const weights = new TextEncoder().encode('abc');
      expect((await createFeatureModel({ ...parts, weights })).hash).toBe(hash);
      expect((await createFeatureModel({ ...parts, hash: '0011223344556677' })).hash).toBe(
        '0011223344556677',
      );
    });

    test('keeps the result of features alone, and disposes as told', async () => {
      const dispose = vi.fn();
      const model = await createFeatureModel({ ...parts, hash, dispose });
      const images = tf.zeros([2, 1, 1, 3]) as tf.Tensor4D;
      const before = tf.memory().numTensors;
      const features = model.features(images);
      expect(tf.memory().numTensors).toBe(before + 1);
      expect([...(await features.data())]).toEqual([2, 2, 2, 2, 2, 2]);
      tf.dispose([images, features]);
      model.dispose();
      expect(dispose).toHaveBeenCalledOnce();
    });

    test.each([
      ['scoreName', { scoreName: 'FID' }],
      ['scoreName', { scoreName: ' ' }],
      ['dimension', { dimension: 0 }],
      ['hash', { hash: 'none' }],
    ])('refuses a %s that cannot be meant', async (name, wrong) => {
      await expect(createFeatureModel({ ...parts, hash, ...wrong })).rejects.toMatchObject({
        code: 'E_CONFIG',
        message: expect.stringContaining(name),
      });
    });
  },
  { backends: ['cpu'] },
);
