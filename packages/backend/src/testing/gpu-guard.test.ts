import type { WebGPUBackend, WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeBackend } from '../device/close-backend.ts';
import { deviceHealth } from '../device/device-health.ts';
import { selectBackend } from '../device/select-backend.ts';
import { tf } from '../tf.ts';
import { describeOnBackends } from './describe-on-backends.ts';
import { expectAllClose } from './expect-all-close.ts';
import { type GpuGuard, guardGpu } from './gpu-guard.ts';
import { probeWebgpu } from './probe-webgpu.ts';

const size = 64;

/** A copy kernel whose body can be replaced. */
function runCopy(x: tf.Tensor, body: string): tf.Tensor {
  const program: WebGPUProgram = {
    variableNames: ['x'],
    outputShape: [size],
    dispatchLayout: { x: [0] },
    dispatch: [1, 1, 1],
    workgroupSize: [size, 1, 1],
    shaderKey: `control ${body}`,
    size: true,
    getUserCode: () => `fn main(index : i32) { if (index < uniforms.size) { ${body} } }`,
  };
  const info = (tf.backend() as WebGPUBackend).runWebGPUProgram(program, [x], 'float32');
  return tf.engine().makeTensorFromTensorInfo(info);
}

describe.skipIf((await probeWebgpu()) !== undefined)('the GPU guard', () => {
  let guard: GpuGuard;
  const x = Float32Array.from({ length: size }, (_, i) => i - 7);

  beforeAll(async () => {
    await selectBackend({ backend: 'webgpu', allowSoftwareAdapter: true });
    guard = guardGpu();
  });
  afterAll(async () => {
    guard.release();
    await closeBackend();
  });

  /** Runs the right kernel and frees its output, so that the next one finds the answer in a recycled buffer. */
  async function recycleRightAnswer(input: tf.Tensor): Promise<void> {
    const right = runCopy(input, 'setOutputAtIndex(index, getX(index));');
    await expectAllClose(right, x);
    right.dispose();
  }

  test('lets a right kernel pass and counts its dispatch', async () => {
    const input = tf.tensor1d(x);
    const before = guard.dispatchCount();
    await recycleRightAnswer(input);
    expect(guard.dispatchCount()).toBe(before + 1);
    expect(await guard.takeErrors()).toEqual([]);
    input.dispose();
  });

  test('catches a kernel that writes nothing: its output is NaN, not the stale right answer', async () => {
    const input = tf.tensor1d(x);
    await recycleRightAnswer(input);
    const output = runCopy(input, 'if (index < 0) { setOutputAtIndex(index, getX(index)); }');
    expect(Array.from(await output.data()).every(Number.isNaN)).toBe(true);
    await expect(expectAllClose(output, x)).rejects.toThrow(/differ/);
    tf.dispose([input, output]);
  });

  test('catches a kernel that does not compile: an error is reported and nothing throws', async () => {
    const input = tf.tensor1d(x);
    const output = runCopy(input, 'setOutputAtIndex(index, undeclared);');
    const errors = await guard.takeErrors();
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.join(' ')).toMatch(/undeclared/);
    expect(deviceHealth().errorCount).toBeGreaterThan(0);
    tf.dispose([input, output]);
  });

  test('keeps small operations on the GPU', async () => {
    const before = guard.dispatchCount();
    const sum = tf.tidy(() => tf.scalar(1).add(tf.scalar(2)));
    expect(guard.dispatchCount()).toBe(before + 1);
    await expectAllClose(sum, [3]);
    sum.dispose();
  });
});

describeOnBackends(
  'a guarded block',
  (backendName) => {
    test('runs on the backend it names', async () => {
      expect(tf.getBackend()).toBe(backendName);
      const y = tf.tidy(() => tf.tensor1d([1, 2, 3]).square());
      await expectAllClose(y, [1, 4, 9]);
      y.dispose();
    });
  },
  { backends: ['cpu', 'wasm', 'webgpu'] },
);
