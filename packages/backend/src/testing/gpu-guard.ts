import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { engineState } from '../device/engine-state.ts';
import { flushQueue } from '../device/flush-queue.ts';
import { TintypeError } from '../errors/tintype-error.ts';
import { tf } from '../tf.ts';

/**
 * Why a green WebGPU test may mean nothing: tfjs runs small operations on the CPU; a kernel that fails to
 * compile throws nothing and leaves its output as it was; and a recycled buffer may hold the right answer.
 * While a guard is on, CPU forwarding is off, every buffer handed out holds NaN, and dispatches and
 * uncaptured errors are counted.
 */
export interface GpuGuard {
  /** Compute dispatches since the guard was put on. */
  dispatchCount(): number;
  /** Waits for the GPU and returns the errors nobody caught since the last call. */
  takeErrors(): Promise<readonly string[]>;
  /** Puts everything back as it was. */
  release(): void;
}

/** @throws TintypeError E_NO_BACKEND unless WebGPU is selected. */
export function guardGpu(): GpuGuard {
  const webgpu = engineState().webgpu;
  if (webgpu === undefined || tf.getBackend() !== 'webgpu') {
    throw new TintypeError('E_NO_BACKEND', { where: 'guardGpu', what: 'WebGPU is not selected' });
  }
  const { backend, device } = webgpu;
  const forwarding = tf.env().getBool('WEBGPU_CPU_FORWARD');
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  const stopPoisoning = poisonBuffers(backend);
  const counter = countDispatches();
  let errors: string[] = [];
  const record = (event: GPUUncapturedErrorEvent): void => {
    errors.push(event.error.message);
  };
  device.addEventListener('uncapturederror', record);

  return {
    dispatchCount: counter.count,
    async takeErrors() {
      await flushQueue(backend);
      // Dawn delivers error events on a later turn than the end of the work.
      await new Promise((resolve) => setTimeout(resolve));
      const taken = errors;
      errors = [];
      return taken;
    },
    release() {
      tf.env().set('WEBGPU_CPU_FORWARD', forwarding);
      stopPoisoning();
      counter.stop();
      device.removeEventListener('uncapturederror', record);
    },
  };
}

interface BufferSource {
  acquireBuffer(size: number, usage: number, mappedAtCreation?: boolean, reuse?: boolean): GPUBuffer;
}

/**
 * Fills buffers with NaN as they are handed out, fresh (zero) and recycled (stale) ones alike. Those that
 * results are read back through are among them: a rejected command leaves the last result there.
 */
function poisonBuffers(backend: WebGPUBackend): () => void {
  const source = (backend as unknown as { bufferManager: BufferSource }).bufferManager;
  const { acquireBuffer } = source;
  source.acquireBuffer = function poisoned(size, usage, mappedAtCreation, reuse) {
    const buffer = acquireBuffer.call(this, size, usage, mappedAtCreation, reuse);
    const isWritable = (usage & GPUBufferUsage.COPY_DST) !== 0 && buffer.mapState === 'unmapped';
    const isUniform = (usage & GPUBufferUsage.UNIFORM) !== 0;
    // Earlier users of the buffer are submitted, later ones are not yet: the write falls in between.
    if (isWritable && !isUniform)
      backend.queue.writeBuffer(buffer, 0, new Float32Array(size / 4).fill(Number.NaN));
    return buffer;
  };
  return () => {
    source.acquireBuffer = acquireBuffer;
  };
}

function countDispatches(): { count(): number; stop(): void } {
  const encoder = GPUComputePassEncoder.prototype;
  const { dispatchWorkgroups, dispatchWorkgroupsIndirect } = encoder;
  let dispatches = 0;
  encoder.dispatchWorkgroups = function counted(...sizes) {
    dispatches++;
    return dispatchWorkgroups.apply(this, sizes);
  };
  encoder.dispatchWorkgroupsIndirect = function counted(...place) {
    dispatches++;
    return dispatchWorkgroupsIndirect.apply(this, place);
  };
  const stop = (): void => {
    encoder.dispatchWorkgroups = dispatchWorkgroups;
    encoder.dispatchWorkgroupsIndirect = dispatchWorkgroupsIndirect;
  };
  return { count: () => dispatches, stop };
}
