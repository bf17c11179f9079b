import { engineState } from './engine-state.ts';
import { flushQueue } from './flush-queue.ts';
import { forgetBackend } from './replace-backend.ts';
import { withTimeLimit } from './time-limit.ts';

const flushLimitMs = 10_000;

/**
 * Finishes pending GPU work, ends worker threads, and gives device and wasm heap back. Tensors on them are gone: dispose models first.
 * A Node process that used WebGPU must wait for this before `process.exit`, which otherwise crashes Dawn.
 * Does nothing when nothing is open; `selectBackend` may be called again afterwards.
 */
export function closeBackend(): Promise<void> {
  const state = engineState();
  const closing = state.queue.then(close);
  state.queue = closing.catch(() => undefined);
  return closing;
}

async function close(): Promise<void> {
  const state = engineState();
  const { webgpu, wasm } = state;
  state.info = undefined;
  state.webgpu = undefined;
  state.wasm = undefined;
  await wasm?.engine?.close();
  if (wasm !== undefined) forgetBackend('wasm');
  if (webgpu === undefined) return;
  try {
    if (!webgpu.health.isLost)
      await withTimeLimit(flushQueue(webgpu.backend), flushLimitMs, 'finishing GPU work');
  } finally {
    forgetBackend('webgpu');
    webgpu.device.destroy();
  }
}
