import { type AssetName, assetUrl } from '../asset-urls.ts';
import { assertAsset } from '../engine/read-asset.ts';
import { sharedMemoryObstacle } from '../engine/shared-memory.ts';
import { tf } from '../tf.ts';
import { engineState } from './engine-state.ts';
import { isNode, nodeModule } from './node-modules.ts';
import { withTimeLimit } from './time-limit.ts';

/** tfjs's wasm backend as it was loaded. */
export interface LoadedTfjs {
  readonly backend: tf.KernelBackend;
  readonly hasSimd: boolean;
  /** Why its memory is not shared with threads. */
  readonly notes: readonly string[];
}

const emptyModule = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
const loadLimitMs = 20_000;
const plain: AssetName = 'tfjs-backend-wasm.wasm';
const simd: AssetName = 'tfjs-backend-wasm-simd.wasm';
const sharedSimd: AssetName = 'tfjs-backend-wasm-simd-shared.wasm';

/**
 * tfjs's wasm backend: its SIMD build with its memory declared as shared where threads can share memory, else as it
 * is. tfjs's own threaded build is never loaded: it hangs when minified and does not exist in Node.
 */
export async function loadTfjsWasm(assetBaseUrl: string | undefined): Promise<LoadedTfjs> {
  // A policy that forbids wasm says so here; tfjs would speak of files that are not served.
  await WebAssembly.compile(emptyModule);
  const state = engineState();
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  state.wasmFactory ??= tf.findBackendFactory('wasm');
  if (state.wasmFactory === undefined) throw new Error('tfjs has no wasm backend registered');
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  const hasSimd = (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) as boolean;

  const choice = await withTimeLimit(
    chooseBinary(hasSimd, assetBaseUrl),
    loadLimitMs,
    'finding the wasm binaries',
  );
  const path = pathOf(choice.name, assetBaseUrl);
  setWasmPaths(
    { [plain]: path, [simd]: path, 'tfjs-backend-wasm-threaded-simd.wasm': path },
    isNode() && /^https?:/i.test(path),
  );
  const backend = await withTimeLimit(load(state.wasmFactory), loadLimitMs, 'loading the wasm binary');
  return { backend, hasSimd, notes: choice.notes };
}

/** The binary to load, known to be there: tfjs cannot be asked twice after a failed load. */
async function chooseBinary(
  hasSimd: boolean,
  assetBaseUrl: string | undefined,
): Promise<{ name: AssetName; notes: string[] }> {
  if (!hasSimd) {
    await assertAsset(plain, assetBaseUrl);
    return { name: plain, notes: ['this engine has no wasm SIMD'] };
  }
  const obstacle = sharedMemoryObstacle() ?? (await absence(sharedSimd, assetBaseUrl));
  if (obstacle === undefined) return { name: sharedSimd, notes: [] };
  await assertAsset(simd, assetBaseUrl);
  return { name: simd, notes: [`one thread: ${obstacle}`] };
}

async function absence(name: AssetName, assetBaseUrl: string | undefined): Promise<string | undefined> {
  try {
    await assertAsset(name, assetBaseUrl);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** As tfjs takes it: a path for files in Node, else a URL. */
function pathOf(name: AssetName, assetBaseUrl: string | undefined): string {
  const url = assetUrl(name, assetBaseUrl);
  const nodeUrl = url.protocol === 'file:' ? nodeModule('node:url') : undefined;
  return nodeUrl === undefined ? url.href : nodeUrl.fileURLToPath(url);
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
