import { afterAll, expect, test } from 'vitest';
import { closeBackend } from '../device/close-backend.ts';
import { selectBackend } from '../device/select-backend.ts';
import { probeFma } from './probe-fma.ts';
import { probeMicroKernel } from './probe-micro-kernel.ts';

afterAll(() => closeBackend());

test.each([
  ['multiply-adds', probeFma],
  ['the micro-kernel', probeMicroKernel],
])('a rate of %s comes from the engine, and none where our kernels are left out', async (_, probe) => {
  await selectBackend({ backend: 'wasm', threads: 1, kernels: 'tfjs' });
  expect(probe()).toBeUndefined();
  await selectBackend({ backend: 'wasm', threads: 1 });
  const rate = probe();
  expect(rate).toBeGreaterThan(0.5);
  expect(rate).toBeLessThan(2000);
  let now = 0;
  expect(probe(() => now++)).toBeGreaterThan(1e-6);
});
