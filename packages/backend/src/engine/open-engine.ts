import { assetUrl } from '../asset-urls.ts';
import { nodeModule } from '../device/node-modules.ts';
import type { tf } from '../tf.ts';
import { createEngine, type Engine } from './engine.ts';
import { hasRelaxedSimd } from './relaxed-simd.ts';
import { wasmMemory } from './wasm-memory.ts';

export async function openEngine(backend: tf.KernelBackend, assetBaseUrl?: string): Promise<Engine> {
  const isRelaxed = hasRelaxedSimd();
  const url = assetUrl(isRelaxed ? 'tintype-relaxed.wasm' : 'tintype-simd.wasm', assetBaseUrl);
  const module = await WebAssembly.compile(await readAsset(url));
  return createEngine(module, isRelaxed, wasmMemory(backend));
}

async function readAsset(url: URL): Promise<BufferSource> {
  const fs = nodeModule('node:fs');
  if (fs !== undefined && url.protocol === 'file:') return fs.readFileSync(url) as BufferSource;
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} is not served (status ${response.status})`);
  return response.arrayBuffer();
}
