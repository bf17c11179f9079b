import { tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { resizeBatches } from './resize-batches.ts';

describeOnBackends(
  'resizeBatches',
  () => {
    test('averages squares of pixels, each image and channel by itself', async () => {
      const images = tf.tidy(() => tf.range(0, 64).div(64).reshape([2, 4, 4, 2]) as tf.Tensor4D);
      const expected = tf.tidy(() => tf.avgPool(images, 2, 2, 'valid').dataSync());
      for await (const small of resizeBatches([images], 2)) {
        expect(small.shape).toEqual([2, 2, 2, 2]);
        await expect(small).toBeAllClose(expected);
        small.dispose();
      }
      expect(images.isDisposed).toBe(true);
    });

    test('images of that size pass as they are', async () => {
      const images = tf.zeros([1, 2, 2, 1]) as tf.Tensor4D;
      for await (const same of resizeBatches([images], 2)) expect(same).toBe(images);
      images.dispose();
    });

    test('nothing is left where the consumer frees what it is given', async () => {
      await expectNoLeaks(async () => {
        for await (const images of resizeBatches([tf.zeros([1, 3, 3, 1])], 2)) images.dispose();
      });
    });
  },
  { backends: ['cpu'] },
);
