import { closeBackend, selectBackend, tf } from '@tintype/backend';
import { afterAll, expect, test } from 'vitest';
import { profileKernels } from './kernel-profile.ts';

afterAll(() => closeBackend());

test('every call of a kernel is counted with its shapes, and the kernels are as before afterwards', async () => {
  await selectBackend({ backend: 'wasm', threads: 1 });
  const kernel = tf.getKernel('BatchMatMul', 'wasm').kernelFunc;
  let now = 0;
  const { rows, milliseconds } = await profileKernels(
    () => now++,
    async () => {
      for (const size of [2, 2, 3]) tf.tidy(() => tf.matMul(tf.ones([size, 4]), tf.ones([4, 5])));
    },
  );
  expect(rows).toMatchObject([
    { kernel: 'BatchMatMul', shapes: 'a 2x4, b 4x5', calls: 2, milliseconds: 2 },
    { kernel: 'BatchMatMul', shapes: 'a 3x4, b 4x5', calls: 1, milliseconds: 1 },
  ]);
  expect(milliseconds).toBe(7);
  expect(tf.getKernel('BatchMatMul', 'wasm').kernelFunc).toBe(kernel);
});

test('work that fails leaves the kernels as they were', async () => {
  const kernel = tf.getKernel('BatchMatMul', 'wasm').kernelFunc;
  const failing = profileKernels(
    () => 0,
    async () => {
      throw new Error('no');
    },
  );
  await expect(failing).rejects.toThrow('no');
  expect(tf.getKernel('BatchMatMul', 'wasm').kernelFunc).toBe(kernel);
});
