import type { AssetName } from '../asset-urls.ts';
import { createEngine, type Engine } from './engine.ts';
import { readAsset } from './read-asset.ts';
import { hasRelaxedSimd } from './relaxed-simd.ts';
import type { WasmMemory } from './wasm-memory.ts';

export interface OpenEngineOptions {
  readonly isRelaxed: boolean;
  /** More than 1 needs a shared memory. */
  readonly threads: number;
  readonly assetBaseUrl?: string;
  onLost(reason: string): void;
}

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** Our kernels in one of their builds on tfjs's memory. Throws where the build is missing or cannot run. */
export async function openEngine(memory: WasmMemory, options: OpenEngineOptions): Promise<Engine> {
  const { isRelaxed, assetBaseUrl } = options;
  if (isRelaxed && !hasRelaxedSimd()) throw new Error('this engine has no relaxed SIMD');
  const build = isRelaxed ? 'relaxed' : 'simd';
  const name: AssetName = memory.isShared ? `tintype-${build}-shared.wasm` : `tintype-${build}.wasm`;
  return createEngine({ ...options, module: await compile(name, assetBaseUrl), memory });
}

/** Each binary once; one that failed is asked for again. */
function compile(name: AssetName, assetBaseUrl: string | undefined): Promise<WebAssembly.Module> {
  const key = `${assetBaseUrl ?? ''} ${name}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const compiling = readAsset(name, assetBaseUrl).then((bytes) => WebAssembly.compile(bytes));
  compiled.set(key, compiling);
  compiling.catch(() => compiled.delete(key));
  return compiling;
}
