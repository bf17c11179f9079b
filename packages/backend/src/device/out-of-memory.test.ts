import { afterEach, expect, test } from 'vitest';
import { probeWebgpu } from '../testing/probe-webgpu.ts';
import { tf } from '../tf.ts';
import { closeBackend } from './close-backend.ts';
import { assertDeviceHealthy, deviceHealth } from './device-health.ts';
import { engineState } from './engine-state.ts';
import { asOutOfMemory } from './out-of-memory.ts';
import { reopenBackend } from './reopen-backend.ts';
import { selectBackend } from './select-backend.ts';

afterEach(closeBackend);

const coded = (code: string) => expect.objectContaining({ code });

interface Heap {
  asm: { memory: WebAssembly.Memory; malloc(bytes: number): number; free(pointer: number): void };
  _malloc(bytes: number): number;
}

/** Takes the heap of tfjs almost to its end without touching it; gives it back with the function returned. */
function fillHeap(wasm: Heap): () => void {
  const blocks: number[] = [];
  for (const size of [2 ** 29, 2 ** 26, 2 ** 23]) {
    try {
      for (;;) blocks.push(wasm._malloc(size));
    } catch (error) {
      expect(error).toEqual(coded('E_OUT_OF_MEMORY'));
    }
  }
  return () => blocks.forEach(wasm.asm.free);
}

/** Without the limit the allocator hands out memory that is not there. Ruins the heap. */
function overruns({ asm }: Heap): boolean {
  Reflect.deleteProperty(asm.memory, 'grow');
  for (const size of [2 ** 29, 2 ** 26, 2 ** 23]) {
    for (let start = asm.malloc(size); start !== 0; start = asm.malloc(size)) {
      if ((start >>> 0) + size > asm.memory.buffer.byteLength) return true;
    }
  }
  return false;
}

test('a full wasm heap is E_OUT_OF_MEMORY for operations and uploads, and room that comes back is used', async () => {
  await selectBackend({ backend: 'wasm', threads: 1 });
  const { wasm } = tf.backend() as unknown as { wasm: Heap };
  const x = tf.ones([1024, 1024]);
  const giveBack = fillHeap(wasm);
  expect(wasm.asm.memory.buffer.byteLength).toBeGreaterThan(3.5 * 2 ** 30);
  const before = tf.memory().numTensors;
  const attempts = [
    () => tf.tile(x, [4, 1]),
    () => tf.tensor1d(new Float32Array(2 ** 22)),
    () => tf.zeros([2 ** 28]),
    () => tf.zeros([2 ** 31]),
  ];
  for (const attempt of attempts) {
    expect(attempt).toThrow(coded('E_OUT_OF_MEMORY'));
    expect(attempt).toThrow(/heap has no room for \d+ bytes.*at most \d+.*accumulate/);
  }
  expect(tf.memory().numTensors).toBe(before);
  giveBack();
  const sum = tf.tidy(() => tf.tile(x, [4, 1]).sum());
  expect(sum.dataSync()[0]).toBe(2 ** 22);
  tf.dispose([x, sum]);
  expect(overruns(wasm)).toBe(true);
});

test('what engines say about memory is recognised, and nothing else', () => {
  const complaints = [
    new RangeError('Array buffer allocation failed'),
    new RangeError('Invalid typed array length: 9007199254740991'),
    new WebAssembly.RuntimeError('Aborted(OOM). Build with -sASSERTIONS for more info.'),
    new WebAssembly.RuntimeError('abort(Cannot enlarge memory arrays)'),
  ];
  for (const cause of complaints) {
    expect(asOutOfMemory(cause, 'here')).toMatchObject({ code: 'E_OUT_OF_MEMORY', cause });
  }
  for (const other of [
    new RangeError('Maximum call stack size exceeded'),
    new Error('out of memory'),
    'oom',
    null,
  ]) {
    expect(asOutOfMemory(other, 'here')).toBeUndefined();
  }
});

test('an array that the cpu backend cannot make is recognised', async () => {
  await selectBackend({ backend: 'cpu' });
  let caught: unknown;
  try {
    tf.zeros([2 ** 40]);
  } catch (error) {
    caught = error;
  }
  expect(asOutOfMemory(caught, 'cpu')).toMatchObject({ code: 'E_OUT_OF_MEMORY' });
});

const obstacle = await probeWebgpu();
const onWebgpu = test.skipIf(obstacle !== undefined);
if (obstacle !== undefined) console.warn(`skipped: WebGPU is not available: ${obstacle}`);

onWebgpu('a buffer over the limits of the GPU is refused before use, and the device stays well', async () => {
  await selectBackend({ backend: 'webgpu', allowSoftwareAdapter: true });
  const { device } = engineState().webgpu!;
  const limit = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
  const one = tf.ones([1]);
  await one.data();
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  const tooLarge = () => tf.tile(one, [Math.ceil(limit / 4) + 1]);
  expect(tooLarge).toThrow(coded('E_OUT_OF_MEMORY'));
  expect(tooLarge).toThrow(/larger than this device allows \(got \d+ bytes, expected max/);
  expect([...(await tf.add(one, 1).data())]).toEqual([2]);
  assertDeviceHealthy();
  tf.env().set('WEBGPU_CPU_FORWARD', true);
});

onWebgpu('an allocation that the GPU refuses ends in E_OUT_OF_MEMORY', async () => {
  await selectBackend({ backend: 'webgpu', allowSoftwareAdapter: true });
  const { device } = engineState().webgpu!;
  class GPUOutOfMemoryError {
    readonly message = 'no memory';
  }
  const event = Object.assign(new Event('uncapturederror', { cancelable: true }), {
    error: new GPUOutOfMemoryError(),
  });
  device.dispatchEvent(event);
  expect(deviceHealth()).toMatchObject({ isLost: false, isOutOfMemory: true, errorCount: 1 });
  expect(() => assertDeviceHealthy()).toThrow(coded('E_OUT_OF_MEMORY'));
});

onWebgpu('a lost device is opened again with the same options, and computes', async () => {
  await selectBackend({ backend: 'webgpu', allowSoftwareAdapter: true, deterministic: true });
  const lost = engineState().webgpu!.device;
  lost.destroy();
  await lost.lost;
  expect(() => assertDeviceHealthy()).toThrow(coded('E_DEVICE_LOST'));
  const info = await reopenBackend();
  expect(info).toMatchObject({ name: 'webgpu', reason: expect.stringMatching(/deterministic/) });
  expect(engineState().webgpu!.device).not.toBe(lost);
  assertDeviceHealthy();
  expect([...(await tf.add([1], [2]).data())]).toEqual([3]);
});
