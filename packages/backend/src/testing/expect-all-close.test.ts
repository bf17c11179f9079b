import { beforeAll, expect, test } from 'vitest';
import { selectBackend } from '../device/select-backend.ts';
import { tf } from '../tf.ts';
import { expectAllClose } from './expect-all-close.ts';

beforeAll(async () => {
  await selectBackend({ backend: 'cpu' });
});

test('the allowance is absolute plus relative to the largest expected value', async () => {
  await expectAllClose([0, 1000.9], [0, 1000], { rtol: 1e-3, atol: 0 });
  await expectAllClose([0.9, 1000], [0, 1000], { rtol: 1e-3, atol: 0 });
  await expect(expectAllClose([1.1, 1000], [0, 1000], { rtol: 1e-3, atol: 0 })).rejects.toThrow(/index 0/);
});

test('NaN is close to nothing, infinities only to themselves', async () => {
  await expect(expectAllClose([Number.NaN], [Number.NaN])).rejects.toThrow(/differ/);
  await expectAllClose([Number.POSITIVE_INFINITY, 1], [Number.POSITIVE_INFINITY, 1]);
  await expect(expectAllClose([Number.POSITIVE_INFINITY], [1], { rtol: 1e9 })).rejects.toThrow(/differ/);
});

test('lengths and shapes must agree', async () => {
  await expect(expectAllClose([1, 2], [1])).rejects.toThrow();
  const row = tf.tensor2d([[1, 2]]);
  const column = tf.tensor2d([[1], [2]]);
  await expect(expectAllClose(row, column)).rejects.toThrow();
  tf.dispose([row, column]);
});
