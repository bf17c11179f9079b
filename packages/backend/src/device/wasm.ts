import { openEngine } from '../engine/open-engine.ts';
import { tf } from '../tf.ts';
import type { SelectBackendOptions } from './backend-info.ts';
import { type EngineFacts, engineState } from './engine-state.ts';
import { isNode } from './node-modules.ts';
import { processorName } from './processor.ts';
import { replaceBackend } from './replace-backend.ts';
import { withTimeLimit } from './time-limit.ts';
import { findWasmAssets } from './wasm-assets.ts';

const loadLimitMs = 20_000;
const tfjsPriority = 2;
/** The most that tfjs's wasm build lets its heap grow to. */
const heapLimitBytes = 4_294_901_760;

/**
 * tfjs's wasm backend, SIMD where the engine has it, always single-threaded: the threaded build hangs when
 * minified and does not exist in Node, so its flag is set to false before anything loads.
 */
export async function openWasm({ assetBaseUrl }: SelectBackendOptions): Promise<EngineFacts> {
  const state = engineState();
  if (state.wasm !== undefined) return state.wasm.facts;

  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  state.wasmFactory ??= tf.findBackendFactory('wasm');
  if (state.wasmFactory === undefined) throw new Error('tfjs has no wasm backend registered');
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);

  const assets = await withTimeLimit(findWasmAssets(assetBaseUrl), loadLimitMs, 'finding the wasm binaries');
  if (assets !== undefined) setWasmPaths(assets.paths, assets.usesFetch);
  const backend = await withTimeLimit(load(state.wasmFactory), loadLimitMs, 'loading the wasm binary');

  replaceBackend('wasm', backend, tfjsPriority);
  const hasSimd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  const engine = hasSimd ? await openEngine(backend) : undefined;
  const facts: EngineFacts = {
    name: 'wasm',
    device: processorName(),
    features: [...(hasSimd ? ['simd'] : []), ...(engine?.isRelaxed ? ['relaxed-simd'] : [])],
    threads: 1,
    limits: { wasmMemoryBytes: heapLimitBytes },
  };
  state.wasm = { backend, facts, engine };
  return facts;
}

const processEvents = ['uncaughtException', 'unhandledRejection'] as const;

/** Emscripten's glue hangs handlers on the process that rethrow every error; they are taken off again. */
async function load(factory: () => tf.KernelBackend | Promise<tf.KernelBackend>): Promise<tf.KernelBackend> {
  if (!isNode()) return failWithMessage(factory);
  const known = processEvents.map((event) => new Set(process.rawListeners(event)));
  try {
    return await failWithMessage(factory);
  } finally {
    processEvents.forEach((event, i) => {
      for (const listener of process.rawListeners(event)) {
        if (!known[i]?.has(listener)) process.removeListener(event, listener as () => void);
      }
    });
  }
}

/** The glue rejects with a bare `{ message }`. */
async function failWithMessage(
  factory: () => tf.KernelBackend | Promise<tf.KernelBackend>,
): Promise<tf.KernelBackend> {
  try {
    return await factory();
  } catch (error) {
    throw error instanceof Error
      ? error
      : new Error((error as { message?: string })?.message ?? String(error));
  }
}
