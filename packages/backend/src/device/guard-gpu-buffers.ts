import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { TintypeError } from '../errors/tintype-error.ts';
import { memoryRemedy } from './out-of-memory.ts';

interface BufferSource {
  acquireBuffer(size: number, usage: number, mappedAtCreation?: boolean, reuse?: boolean): GPUBuffer;
}

const storageUsage = 0x80;

/**
 * Refuses buffers that the device cannot make or bind, before anything is computed with them: tfjs does not look at the
 * limits, and work on such a buffer gives zeros without an error in JavaScript.
 */
export function guardGpuBuffers(backend: WebGPUBackend, device: GPUDevice): void {
  const source = (backend as unknown as { bufferManager: BufferSource }).bufferManager;
  const { acquireBuffer } = source;
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  source.acquireBuffer = function guarded(size, usage, mappedAtCreation, reuse) {
    const isStorage = (usage & storageUsage) !== 0;
    const [name, limit] =
      isStorage && maxStorageBufferBindingSize < maxBufferSize
        ? ['maxStorageBufferBindingSize', maxStorageBufferBindingSize]
        : ['maxBufferSize', maxBufferSize];
    if (size > (limit as number)) {
      throw new TintypeError('E_OUT_OF_MEMORY', {
        where: 'WebGPU buffer',
        what: 'a tensor is larger than this device allows',
        got: `${size} bytes`,
        expected: `${name} ${limit}`,
        remedy: memoryRemedy,
      });
    }
    return acquireBuffer.call(this, size, usage, mappedAtCreation, reuse);
  };
}
