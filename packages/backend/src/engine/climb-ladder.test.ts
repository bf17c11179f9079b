import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { assetUrl } from '../asset-urls.ts';
import { closeBackend } from '../device/close-backend.ts';
import { currentBackend } from '../device/current-backend.ts';
import { selectBackend } from '../device/select-backend.ts';
import { tf } from '../tf.ts';
import { currentEngine } from './current-engine.ts';
import * as relaxedSimd from './relaxed-simd.ts';
import * as sharedMemory from './shared-memory.ts';
import { watchWorkers } from './watch-workers.test-support.ts';

const assets = fileURLToPath(new URL('.', assetUrl('tintype-simd.wasm')));
let folder: string;

/** A folder that serves all assets but these. */
function without(...missing: RegExp[]): string {
  for (const name of readdirSync(assets)) {
    if (!missing.some((each) => each.test(name))) copyFileSync(join(assets, name), join(folder, name));
  }
  return folder;
}

/** The gradient of a convolution, which tfjs alone cannot do on wasm: the same on every rung. */
async function expectTrains(): Promise<void> {
  const gradient = tf.tidy(() =>
    tf.grad((filter) =>
      tf
        .conv2d(tf.range(0, 32).reshape([1, 4, 4, 2]) as tf.Tensor4D, filter as tf.Tensor4D, 1, 'valid')
        .sum(),
    )(tf.ones([3, 3, 2, 1])),
  );
  const first = Array.from(await gradient.data()).slice(0, 4);
  gradient.dispose();
  // Each weight sees the four windows: 4 × its first value + 0 + 2 + 8 + 10.
  expect(first).toEqual([20, 24, 28, 32]);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tintype-assets-'));
});

afterEach(async () => {
  vi.restoreAllMocks();
  await closeBackend();
  rmSync(folder, { recursive: true, force: true });
});

describe('the ladder of the wasm engine', () => {
  test('relaxed SIMD on threads', async () => {
    const info = await selectBackend({ backend: 'wasm', threads: 2 });
    expect(info.features).toEqual(['simd', 'relaxed-simd', 'shared-memory', 'tintype-kernels']);
    expect(info.threads).toBe(2);
    expect(info.reason).toBe('wasm was asked for');
    await expectTrains();
  });

  test.each([
    ['where memory cannot be shared', 'mock'],
    ['without the shared build of tfjs', 'file'],
  ])('relaxed SIMD on one thread %s', async (_, how) => {
    if (how === 'mock') {
      vi.spyOn(sharedMemory, 'sharedMemoryObstacle').mockReturnValue('the page is not cross-origin isolated');
    }
    const assetBaseUrl = how === 'file' ? without(/simd-shared/) : undefined;
    const info = await selectBackend({ backend: 'wasm', threads: 2, assetBaseUrl });
    expect(info.features).toEqual(['simd', 'relaxed-simd', 'tintype-kernels']);
    expect(info.threads).toBe(1);
    expect(info.reason).toMatch(how === 'mock' ? /not cross-origin isolated/ : /no tfjs-.*-shared/);
    expect(info.reason).toMatch(/2 threads were asked for, kernels use 1/);
    await expectTrains();
  });

  test('relaxed SIMD on one thread without the script of the workers', async () => {
    const info = await selectBackend({ backend: 'wasm', threads: 2, assetBaseUrl: without(/worker/) });
    expect(info).toMatchObject({ threads: 1, features: expect.arrayContaining(['relaxed-simd']) });
    expect(info.reason).toMatch(/kernels on 2 threads: .*worker\.js/);
    await expectTrains();
  });

  test.each([
    ['where the engine has no relaxed SIMD', 'mock', /no relaxed SIMD/],
    ['without the relaxed build', 'file', /no tintype-relaxed-shared.wasm/],
  ])('SIMD %s, on threads', async (_, how, reason) => {
    if (how === 'mock') vi.spyOn(relaxedSimd, 'hasRelaxedSimd').mockReturnValue(false);
    const assetBaseUrl = how === 'file' ? without(/relaxed/) : undefined;
    const info = await selectBackend({ backend: 'wasm', threads: 2, assetBaseUrl });
    expect(info.features).toEqual(['simd', 'shared-memory', 'tintype-kernels']);
    expect(info.threads).toBe(2);
    expect(info.reason).toMatch(reason);
    await expectTrains();
  });

  test("tfjs's kernels with lowered gradients, without our binaries", async () => {
    const info = await selectBackend({ backend: 'wasm', assetBaseUrl: without(/^tintype/) });
    expect(info).toMatchObject({ threads: 1, features: ['simd', 'shared-memory'] });
    expect(info.reason).toMatch(/no tintype-relaxed.*no tintype-simd.*only tfjs's kernels run/);
    expect(currentEngine()).toBeUndefined();
    await expectTrains();
  });

  test("tfjs's plain kernels, without SIMD", async () => {
    vi.spyOn(tf.env(), 'getAsync').mockResolvedValue(false);
    const info = await selectBackend({ backend: 'wasm' });
    expect(info).toMatchObject({ threads: 1, features: [] });
    expect(info.reason).toMatch(/no wasm SIMD; only tfjs's kernels run/);
    expect(currentEngine()).toBeUndefined();
    await expectTrains();
  });

  test('cpu, without any binary', async () => {
    const info = await selectBackend({ order: ['wasm', 'cpu'], assetBaseUrl: without(/wasm/) });
    expect(info).toMatchObject({ name: 'cpu', threads: 1, features: [] });
    expect(info.reason).toMatch(/before it wasm: no tfjs-backend-wasm-simd.wasm/);
    await expectTrains();
  });
});

describe('another selection', () => {
  test('changes threads and build, and tensors stay', async () => {
    await selectBackend({ backend: 'wasm', threads: 2 });
    const x = tf.tensor1d([1, 2, 3]);
    const before = currentEngine();
    expect((await selectBackend({ backend: 'wasm', threads: 2 })).threads).toBe(2);
    expect(currentEngine()).toBe(before);

    const fixed = await selectBackend({ backend: 'wasm', deterministic: true, threads: 2 });
    expect(fixed).toMatchObject({ threads: 1, features: ['simd', 'shared-memory', 'tintype-kernels'] });
    expect(fixed.reason).toMatch(/deterministic/);
    expect(before?.threads).toBe(1);
    expect(Array.from(await x.data())).toEqual([1, 2, 3]);

    expect((await selectBackend({ backend: 'wasm', threads: 3 })).threads).toBe(3);
    expect(Array.from(await x.data())).toEqual([1, 2, 3]);
    x.dispose();
  });

  test('an engine that was replaced refuses to run, and closing it again is harmless', async () => {
    await selectBackend({ backend: 'wasm', threads: 1 });
    const before = currentEngine()!;
    await selectBackend({ backend: 'wasm', threads: 2 });
    expect(() => before.run('fmaProbe', { ints: [0], items: 1 })).toThrow(/replaced/);
    await before.close();
    await expectTrains();
  });

  test('starts workers anew after one was lost, which the info in use and the console report', async () => {
    const { started, restore } = watchWorkers();
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    await selectBackend({ backend: 'wasm', threads: 2 });
    await started[0]!.terminate();
    await vi.waitFor(() => expect(currentBackend().threads).toBe(1), { timeout: 1000 });
    expect(currentBackend().reason).toMatch(/a worker thread was lost \(exit code 1\), one thread goes on/);
    expect(warn).toHaveBeenCalledOnce();
    await expectTrains();

    expect((await selectBackend({ backend: 'wasm', threads: 2 })).threads).toBe(2);
    expect(started.length).toBe(2);
    restore();
    await expectTrains();
  });

  test('deterministic rounds every multiply-add twice, the default once where it can', async () => {
    const products = async (): Promise<number> => {
      const [a, b] = [tf.tensor2d([[1 + 2 ** -12, 1]]), tf.tensor2d([[1 + 2 ** -12], [-1 - 2 ** -11]])];
      const product = tf.matMul(a, b);
      const [value] = await product.data();
      tf.dispose([a, b, product]);
      return value!;
    };
    await selectBackend({ backend: 'wasm', deterministic: true });
    const twice = await products();
    await selectBackend({ backend: 'wasm', threads: 1 });
    expect([twice, 2 ** -24]).toContain(await products());
    expect(twice).toBe(0);
  });

  test('a default number of threads is at most the cores and reported as it is', async () => {
    const info = await selectBackend({ backend: 'wasm' });
    expect(info.threads).toBe(currentEngine()?.threads);
    expect(info.threads).toBeLessThanOrEqual(8);
  });
});
