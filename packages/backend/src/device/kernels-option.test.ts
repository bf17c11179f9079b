import { afterAll, expect, test } from 'vitest';
import { currentEngine } from '../engine/current-engine.ts';
import { tf } from '../tf.ts';
import { closeBackend } from './close-backend.ts';
import { selectBackend } from './select-backend.ts';

afterAll(() => closeBackend());

test('tfjs’s kernels run where they are asked for, and ours again after that', async () => {
  const convolve = async () => {
    const x = tf.ones<tf.Rank.R4>([1, 6, 6, 8]);
    return (await tf.conv2d(x, tf.ones([3, 3, 8, 8]), 1, 'same').data())[8 * 7];
  };
  const without = await selectBackend({ backend: 'wasm', threads: 1, kernels: 'tfjs' });
  expect(without.features).not.toContain('tintype-kernels');
  expect(without.reason).toContain("only tfjs's kernels run");
  expect(currentEngine()).toBeUndefined();
  expect(await convolve()).toBeCloseTo(72, 3);

  const withOurs = await selectBackend({ backend: 'wasm', threads: 1 });
  expect(withOurs.features).toContain('tintype-kernels');
  expect(currentEngine()).toBeDefined();
  expect(await convolve()).toBeCloseTo(72, 3);
});
