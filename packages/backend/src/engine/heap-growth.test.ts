import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closeBackend } from '../device/close-backend.ts';
import { selectBackend } from '../device/select-backend.ts';
import { tf } from '../tf.ts';
import { currentEngine } from './current-engine.ts';
import type { Engine } from './engine.ts';
import { wasmMemory } from './wasm-memory.ts';

const resultFloats = 48;

const heap = (): Float32Array => new Float32Array(wasmMemory(tf.backend()).memory.buffer);
const engine = (): Engine => currentEngine()!;

// Each on a heap of its own, which is small at first.
describe.each([1, 2])('on %i threads', (threads) => {
  beforeEach(async () => {
    await selectBackend({ backend: 'wasm', threads });
  });
  afterEach(closeBackend);

  test('the heap grows in the middle of a step, and all threads see it', async () => {
    const step = (): tf.Tensor =>
      tf.tidy(() => {
        const images = tf.sin(tf.range(0, 32 * 32 * 16)).reshape([1, 32, 32, 16]) as tf.Tensor4D;
        const filter = tf.cos(tf.range(0, 9 * 16 * 16)).reshape([3, 3, 16, 16]) as tf.Tensor4D;
        return tf.conv2d(images, filter, 1, 'same').relu();
      });
    const bytesBefore = heap().byteLength;
    const before = step();
    const large = Array.from({ length: 4 }, () => tf.ones([2 ** 23]));
    const after = step();
    expect(heap().byteLength).toBeGreaterThan(bytesBefore);
    expect(await after.data()).toEqual(await before.data());
    expect((await before.data()).some((value) => value > 0)).toBe(true);
    tf.dispose([before, after, ...large]);
  });

  test('pointers above 2 GiB reach the kernels', () => {
    const half = Array.from({ length: 3 }, () => engine().allocate(2 ** 30 - 2 ** 20));
    const result = engine().allocate(resultFloats * 4);
    expect(result).toBeGreaterThan(2 ** 31);
    engine().run('fmaProbe', { ints: [result], items: 4, grain: 1 });
    const values = heap().subarray(result / 4, result / 4 + resultFloats);
    expect(values.every((value) => value > 0)).toBe(true);
    [result, ...half].forEach(engine().free);
  });
});
