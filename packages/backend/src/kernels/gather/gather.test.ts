import { expect, test } from 'vitest';
import { embedding } from '../../gradients/embedding.ts';
import { describeOnBackends } from '../../testing/describe-on-backends.ts';
import { expectAllClose } from '../../testing/expect-all-close.ts';
import { tf } from '../../tf.ts';
import { segmentSum } from '../segment-sum/index.ts';

describeOnBackends(
  'gather and embedding',
  (backendName) => {
    const table = Float32Array.from({ length: 15 }, (_, i) => i + 1); // [5, 3]

    test('embedding looks rows up for indices of any shape, and its gradient counts them', async () => {
      const indices = tf.tensor2d([4, 0, 4, 2], [2, 2], 'int32');
      const rows = embedding(tf.tensor2d(table, [5, 3]), indices);
      expect(rows.shape).toEqual([2, 2, 3]);
      await expectAllClose(rows, [13, 14, 15, 1, 2, 3, 13, 14, 15, 7, 8, 9]);
      const dy = tf.tensor3d([1, 2, 3, 4, 5, 6, 10, 20, 30, 7, 8, 9], [2, 2, 3]);
      const gradient = tf.grad((t) => embedding(t as tf.Tensor2D, indices))(tf.tensor2d(table, [5, 3]), dy);
      await expectAllClose(gradient, [4, 5, 6, 0, 0, 0, 7, 8, 9, 0, 0, 0, 11, 22, 33]);
    });

    test('gather along an inner axis and with a batch dimension has the gradient of its definition', async () => {
      const x = tf.tensor3d(
        Array.from({ length: 24 }, (_, i) => i),
        [2, 4, 3],
      );
      const places = tf.tensor1d([2, 0, 2], 'int32');
      // Rows 2 and 0 of both images: 6+7+8 + 18+19+20 and 0+1+2 + 12+13+14.
      await expectAllClose(tf.sum(tf.gather(x, places, 1), [0, 2]), [78, 42, 78]);
      const d = tf.grad((t) => tf.gather(t, places, 1))(x, tf.ones([2, 3, 3]));
      await expectAllClose(tf.mean(d, [0, 2]), [1, 0, 2, 0]);
      const perBatch = tf.tensor2d([1, 1, 3, 0], [2, 2], 'int32');
      const picked = tf.gather(x, perBatch, 1, 1);
      expect(picked.shape).toEqual([2, 2, 3]);
      await expectAllClose(tf.slice(picked, [1, 0, 0], [1, 2, 1]), [21, 12]);
      const db = tf.grad((t) => tf.gather(t, perBatch, 1, 1))(x, tf.ones([2, 2, 3]));
      await expectAllClose(tf.mean(db, 2), [0, 2, 0, 0, 1, 0, 0, 1]);
    });

    test('segments are summed in a fixed order: equal calls give equal bits', async () => {
      const rows = 5000;
      const values = tf.tensor2d(
        Float32Array.from({ length: rows * 3 }, (_, i) => Math.sin(i) * 10 ** (i % 7)),
        [rows, 3],
      );
      const ids = tf.tensor1d(
        Int32Array.from({ length: rows }, (_, i) => (i * 7) % 4),
        'int32',
      );
      const first = await segmentSum(values, ids, 4).data();
      const second = await segmentSum(values, ids, 4).data();
      expect(Array.from(second)).toEqual(Array.from(first));
      expect(first.every((value) => value !== 0)).toBe(true);
    });

    test('rows of segments outside the range are left out', async () => {
      const values = tf.tensor2d([1, 2, 4, 8], [4, 1]);
      await expectAllClose(segmentSum(values, tf.tensor1d([1, -1, 1, 7], 'int32'), 2), [0, 5]);
    });

    test('an index outside the table is refused, or gives zeros where the indices are out of sight', async () => {
      const x = tf.tensor2d(table, [5, 3]);
      for (const index of [5, -1]) {
        const look = () => embedding(x, tf.tensor1d([index], 'int32'));
        if (backendName === 'webgpu') await expectAllClose(look(), [0, 0, 0]);
        else expect(look).toThrow('not in [0, 4]');
      }
    });
  },
  { backends: ['cpu', 'wasm', 'webgpu'] },
);
