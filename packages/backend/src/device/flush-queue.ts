import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';

/** tfjs keeps these private; it gathers dispatches and submits every fifteenth. */
interface EncoderState {
  commandEncoder: GPUCommandEncoder | null;
  endComputePassEncoder(): void;
}

/** Submits what tfjs still holds back and waits until the GPU has done it. */
export async function flushQueue(backend: WebGPUBackend): Promise<void> {
  const state = backend as unknown as EncoderState;
  if (state.commandEncoder) {
    state.endComputePassEncoder();
    backend.submitQueue();
  }
  await backend.queue.onSubmittedWorkDone();
}
