import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { randomBits } from '../random/random.ts';
import { guardGpu } from '../testing/gpu-guard.ts';
import { tf } from '../tf.ts';
import { closeBackend } from './close-backend.ts';
import { deviceHealth } from './device-health.ts';
import { selectBackend } from './select-backend.ts';

const batch = 2;
const size = 6;
const inChannels = 3;
const outChannels = 4;
const kernel = 3;
type Shape4 = [number, number, number, number];
const xShape: Shape4 = [batch, size, size, inChannels];
const wShape: Shape4 = [kernel, kernel, inChannels, outChannels];
const yShape: Shape4 = [batch, size, size, outChannels];

const wave = (shape: Shape4, phase: number): Float32Array =>
  Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(0.7 * i + phase));
const x = wave(xShape, 0);
const w = wave(wShape, 1);
const dy = wave(yShape, 2);

/** Filter gradient of a 'same' 3×3 convolution, summed in float64. */
function filterGradient(): Float64Array {
  const dw = new Float64Array(w.length);
  for (let n = 0; n < batch; n++)
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++)
        for (let a = 0; a < kernel; a++)
          for (let b = 0; b < kernel; b++) {
            const [row, column] = [i + a - 1, j + b - 1];
            if (row < 0 || row >= size || column < 0 || column >= size) continue;
            for (let c = 0; c < inChannels; c++)
              for (let o = 0; o < outChannels; o++)
                dw[((a * kernel + b) * inChannels + c) * outChannels + o]! +=
                  x[((n * size + row) * size + column) * inChannels + c]! *
                  dy[((n * size + i) * size + j) * outChannels + o]!;
          }
  return dw;
}

async function expectRightConvGradient(): Promise<void> {
  const gradient = tf.tidy(() => {
    const images = tf.tensor4d(x, xShape);
    const cotangent = tf.tensor4d(dy, yShape);
    return tf.grad((filter) =>
      tf
        .conv2d(images, filter as tf.Tensor4D, 1, 'same')
        .mul(cotangent)
        .sum(),
    )(tf.tensor4d(w, wShape));
  });
  const values = await gradient.data();
  gradient.dispose();
  const expected = filterGradient();
  const worst = Math.max(...expected.map((value, i) => Math.abs(value - values[i]!)));
  expect(worst).toBeLessThan(1e-4);
}

/** Words 0 … 5 of seed 42, as Node has them. */
async function expectGoldenBits(): Promise<void> {
  const bits = randomBits({ keys: Uint32Array.of(42, 0), counter: 0, count: 6 });
  const words = Array.from(await bits.data(), (word) => word >>> 0);
  bits.dispose();
  expect(words).toEqual([3732534457, 1332528664, 646961260, 4263843367, 2234760234, 457295592]);
}

describe('in a browser', () => {
  afterEach(closeBackend);
  afterAll(closeBackend);

  test('the page is cross-origin isolated, where the threaded wasm build of tfjs would hang', () => {
    expect(crossOriginIsolated).toBe(true);
  });

  test('webgpu: the convolution gradient and the random words are right, on the GPU and without errors', async () => {
    const info = await selectBackend({ backend: 'webgpu', allowSoftwareAdapter: true });
    expect(info.name).toBe('webgpu');
    const guard = guardGpu();
    await expectRightConvGradient();
    await expectGoldenBits();
    expect(guard.dispatchCount()).toBeGreaterThan(2);
    expect(await guard.takeErrors()).toEqual([]);
    guard.release();
    expect(deviceHealth().isLost).toBe(false);
  });

  test('wasm: found by the bundler, the same results', async () => {
    const info = await selectBackend({ backend: 'wasm', threads: 2 });
    const features = ['simd', 'relaxed-simd', 'shared-memory', 'tintype-kernels'];
    expect(info).toMatchObject({ name: 'wasm', features, threads: 2 });
    await expectRightConvGradient();
    await expectGoldenBits();
  });

  test('wasm: all assets may be served from a folder of their own', async () => {
    const assetBaseUrl = new URL('../../dist/assets', import.meta.url).pathname;
    const info = await selectBackend({ backend: 'wasm', threads: 2, assetBaseUrl });
    expect(info).toMatchObject({ threads: 2, reason: 'wasm was asked for' });
    await expectRightConvGradient();
  });

  test('the default never takes a software adapter: it ends at wasm and says why', async () => {
    const info = await selectBackend();
    if (info.name !== 'webgpu') {
      expect(info.name).toBe('wasm');
      expect(info.reason).toMatch(/webgpu: /);
    } else expect(info.device).not.toMatch(/swiftshader/i);
  });

  test('wasm binaries that are not served are named, and the next selection works', async () => {
    const missing = selectBackend({ backend: 'wasm', assetBaseUrl: '/nowhere/' });
    await expect(missing).rejects.toThrow(/nowhere.*assetBaseUrl/);
    expect((await selectBackend({ backend: 'wasm' })).name).toBe('wasm');
  });
});
