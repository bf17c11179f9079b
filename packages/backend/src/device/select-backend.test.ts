import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { probeWebgpu } from '../testing/probe-webgpu.ts';
import { tf } from '../tf.ts';
import { closeBackend } from './close-backend.ts';
import { currentBackend } from './current-backend.ts';
import { assertDeviceHealthy, deviceHealth } from './device-health.ts';
import { engineState } from './engine-state.ts';
import { selectBackend } from './select-backend.ts';

const withCode = (code: string) => expect.objectContaining({ code });
const hasWebgpu = (await probeWebgpu()) === undefined;

const twoPlusTwo = async (): Promise<number> => {
  const sum = tf.tidy(() => tf.scalar(2).add(tf.scalar(2)));
  const [value] = await sum.data();
  sum.dispose();
  return value!;
};

afterEach(closeBackend);

describe('selectBackend', () => {
  test('takes what is asked for, says so, and tells what runs', async () => {
    const info = await selectBackend({ backend: 'wasm', threads: 1 });
    expect(info).toMatchObject({
      name: 'wasm',
      threads: 1,
      features: ['simd', 'relaxed-simd', 'shared-memory', 'tintype-kernels'],
    });
    expect(info.device).not.toBe('');
    expect(info.limits.wasmMemoryBytes).toBeGreaterThan(2 ** 31);
    expect(info.reason).toMatch(/asked for/);
    expect(currentBackend()).toBe(info);
    expect(tf.getBackend()).toBe('wasm');
    expect(await twoPlusTwo()).toBe(4);
  });

  test('takes the first of the order that works and tells why the ones before did not', async () => {
    const info = await selectBackend({ order: ['webgpu', 'cpu', 'wasm'] });
    if (info.name === 'cpu')
      expect(info.reason).toMatch(/cpu is the first that works; before it webgpu: \w+/);
    expect(tf.getBackend()).toBe(info.name);
  });

  test('refuses a software adapter unless it is allowed', async () => {
    // Where a real GPU is present there is nothing to refuse.
    const info = await selectBackend();
    if (info.name === 'webgpu') expect(info.device).not.toMatch(/swiftshader|llvmpipe/i);
    else expect(info.reason).toMatch(hasWebgpu ? /software adapter/ : /webgpu: /);
  });

  test('is strict about `backend`: the error has the reason', async () => {
    const selection = selectBackend({ backend: 'wasm', assetBaseUrl: '/nowhere/' });
    await expect(selection).rejects.toEqual(withCode('E_BACKEND_UNAVAILABLE'));
    await expect(selection).rejects.toThrow(/no tfjs-backend-wasm-simd.wasm in assetBaseUrl \/nowhere\//);
  });

  test('recovers from a failed load of wasm', async () => {
    await expect(selectBackend({ backend: 'wasm', assetBaseUrl: '/nowhere/' })).rejects.toThrow();
    expect((await selectBackend({ backend: 'wasm' })).name).toBe('wasm');
    expect(await twoPlusTwo()).toBe(4);
  });

  test('switches between backends, and tensors follow', async () => {
    await selectBackend({ backend: 'wasm' });
    const x = tf.tensor1d([1, 2, 3]);
    for (const backend of ['cpu', 'wasm', 'cpu', 'wasm'] as const) {
      expect((await selectBackend({ backend })).name).toBe(backend);
      const doubled = tf.tidy(() => x.add(x));
      expect(Array.from(await doubled.data())).toEqual([2, 4, 6]);
      doubled.dispose();
    }
    x.dispose();
  });

  test('runs two selections that start at once one after the other', async () => {
    const infos = await Promise.all([selectBackend({ backend: 'wasm' }), selectBackend({ backend: 'cpu' })]);
    expect(infos.map(({ name }) => name)).toEqual(['wasm', 'cpu']);
    expect(tf.getBackend()).toBe('cpu');
    expect(currentBackend().name).toBe('cpu');
  });

  test('says that more threads were asked for than there are', async () => {
    const info = await selectBackend({ backend: 'cpu', threads: 4 });
    expect(info.threads).toBe(1);
    expect(info.reason).toMatch(/4 threads were asked for/);
  });

  test.each([{ backend: 'webgl' }, { order: [] }, { order: ['tpu'] }, { threads: 0 }, { threads: 1.5 }])(
    'refuses %j with E_CONFIG',
    async (options) => {
      await expect(selectBackend(options as object)).rejects.toEqual(withCode('E_CONFIG'));
    },
  );

  test('leaves the earlier backend in use when a selection fails', async () => {
    await selectBackend({ backend: 'cpu' });
    await expect(selectBackend({ backend: 'wasm', assetBaseUrl: '/nowhere/' })).rejects.toThrow();
    expect(currentBackend().name).toBe('cpu');
    expect(await twoPlusTwo()).toBe(4);
  });

  test('leaves no process handlers of the wasm glue behind', async () => {
    const count = () =>
      process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection');
    const before = count();
    await selectBackend({ backend: 'wasm' });
    expect(count()).toBe(before);
  });

  test('mutes the banner of tfjs, and only it', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    await selectBackend({ backend: 'cpu' });
    expect(await twoPlusTwo()).toBe(4);
    expect(warn.mock.calls.flat().join()).not.toMatch(/TensorFlow\.js in Node/);
    expect(tf.env().getBool('PROD')).toBe(false);
    warn.mockRestore();
  });
});

describe('without a selection', () => {
  test('currentBackend throws E_NO_BACKEND, and closing twice is harmless', async () => {
    await selectBackend({ backend: 'wasm' });
    await closeBackend();
    await closeBackend();
    expect(() => currentBackend()).toThrow(withCode('E_NO_BACKEND'));
    expect(deviceHealth()).toMatchObject({ isLost: false, errorCount: 0, errors: [] });
  });
});

describe.skipIf(!hasWebgpu)('WebGPU in Node', () => {
  const software = { backend: 'webgpu', allowSoftwareAdapter: true } as const;

  beforeEach(async () => {
    await selectBackend(software);
  });

  test('opens a device of our own with raised limits and only features that exist', async () => {
    const info = currentBackend();
    const device = engineState().webgpu!.device;
    expect(info.features.every((feature) => device.features.has(feature))).toBe(true);
    expect(device.limits.maxBufferSize).toBe(info.limits.maxBufferSize);
    expect(info.limits.maxStorageBuffersPerShaderStage).toBeGreaterThanOrEqual(8);
    expect((tf.backend() as unknown as { device: GPUDevice }).device).toBe(device);
    expect(await twoPlusTwo()).toBe(4);
  });

  test('keeps the device when it is selected again, also after another backend', async () => {
    const device = engineState().webgpu!.device;
    const x = tf.tensor1d([1, 2, 3]);
    await selectBackend({ backend: 'wasm' });
    await selectBackend(software);
    expect(engineState().webgpu!.device).toBe(device);
    expect(Array.from(await x.data())).toEqual([1, 2, 3]);
    x.dispose();
  });

  test('opens a new device after closing', async () => {
    const device = engineState().webgpu!.device;
    await closeBackend();
    await selectBackend(software);
    expect(engineState().webgpu!.device).not.toBe(device);
    expect(await twoPlusTwo()).toBe(4);
    assertDeviceHealthy();
  });

  test('deterministic turns split-K matmul and CPU forwarding off, and a later selection on again', async () => {
    const flags = () => [
      tf.env().getNumber('WEBGPU_MATMUL_PROGRAM_TYPE'),
      tf.env().getBool('WEBGPU_CPU_FORWARD'),
    ];
    const usual = flags();
    const info = await selectBackend({ ...software, deterministic: true });
    expect(info.reason).toMatch(/deterministic/);
    expect(flags()).toEqual([3, false]);
    await selectBackend(software);
    expect(flags()).toEqual(usual);
  });

  test('an error that nobody catches is counted and refused at the next check', async () => {
    const { device } = engineState().webgpu!;
    device.createBuffer({ size: 16, usage: 0xffff });
    await device.queue.onSubmittedWorkDone();
    await new Promise((resolve) => setTimeout(resolve));
    expect(deviceHealth().errorCount).toBe(1);
    expect(() => assertDeviceHealthy()).toThrow(withCode('E_DEVICE_LOST'));
    await selectBackend(software);
    assertDeviceHealthy();
  });

  test('a lost device is noticed, and the next selection opens another', async () => {
    engineState().webgpu!.device.destroy();
    await engineState().webgpu!.device.lost;
    await new Promise((resolve) => setTimeout(resolve));
    expect(deviceHealth().isLost).toBe(true);
    expect(deviceHealth().lostReason).not.toBe('');
    expect(() => assertDeviceHealthy()).toThrow(withCode('E_DEVICE_LOST'));
    await selectBackend(software);
    expect(deviceHealth().isLost).toBe(false);
    expect(await twoPlusTwo()).toBe(4);
  });
});
