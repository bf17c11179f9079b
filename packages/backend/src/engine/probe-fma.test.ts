import { expect, test } from 'vitest';
import { closeBackend } from '../device/close-backend.ts';
import { selectBackend } from '../device/select-backend.ts';
import { probeFma } from './probe-fma.ts';

test('a rate of multiply-adds comes from the engine, and none from a backend without one', async () => {
  await selectBackend({ backend: 'cpu' });
  expect(probeFma()).toBeUndefined();
  await selectBackend({ backend: 'wasm', threads: 1 });
  const rate = probeFma();
  expect(rate).toBeGreaterThan(0.5);
  expect(rate).toBeLessThan(2000);
  await closeBackend();
});
