// Every file that the wasm backend loads, written to dist/assets by assembly/build.mjs. The literal URLs are what
// bundlers look for. They hold from src/ and from dist/ alike, so this file stays at the top of src/.
import { isNode, nodeModule } from './device/node-modules.ts';

const urls = {
  'tfjs-backend-wasm.wasm': new URL('../dist/assets/tfjs-backend-wasm.wasm', import.meta.url),
  'tfjs-backend-wasm-simd.wasm': new URL('../dist/assets/tfjs-backend-wasm-simd.wasm', import.meta.url),
  'tfjs-backend-wasm-simd-shared.wasm': new URL(
    '../dist/assets/tfjs-backend-wasm-simd-shared.wasm',
    import.meta.url,
  ),
  'tintype-simd.wasm': new URL('../dist/assets/tintype-simd.wasm', import.meta.url),
  'tintype-simd-shared.wasm': new URL('../dist/assets/tintype-simd-shared.wasm', import.meta.url),
  'tintype-relaxed.wasm': new URL('../dist/assets/tintype-relaxed.wasm', import.meta.url),
  'tintype-relaxed-shared.wasm': new URL('../dist/assets/tintype-relaxed-shared.wasm', import.meta.url),
} as const;

export type AssetName = keyof typeof urls;

/** Where an asset is: beside the built package or where the bundler put it, else in the folder `assetBaseUrl`. */
export function assetUrl(name: AssetName, assetBaseUrl?: string): URL {
  return assetBaseUrl === undefined ? urls[name] : new URL(name, folderUrl(assetBaseUrl));
}

/** The worker's script in Node, which runs no script from the network: then it is the one beside the package. */
export function nodeWorkerUrl(assetBaseUrl?: string): URL {
  const folder = assetBaseUrl === undefined ? undefined : folderUrl(assetBaseUrl);
  return new URL('worker.js', folder?.protocol === 'file:' ? folder : urls['tintype-simd.wasm']);
}

/** A worker in a page. Bundlers know this form, literally, and bundle the script. */
export function startPageWorker(assetBaseUrl?: string): Worker {
  return assetBaseUrl === undefined
    ? new Worker(new URL('../dist/assets/worker.js', import.meta.url), { type: 'module' })
    : new Worker(new URL(/* @vite-ignore */ 'worker.js', folderUrl(assetBaseUrl)), { type: 'module' });
}

/** A folder as its user names it: a path or file: URL in Node, http anywhere, relative to the page in browsers. */
function folderUrl(assetBaseUrl: string): URL {
  const folder = assetBaseUrl.endsWith('/') ? assetBaseUrl : `${assetBaseUrl}/`;
  if (/^(https?|file):/i.test(folder)) return new URL(folder);
  // pathToFileURL drops no trailing slash.
  if (isNode()) return nodeModule('node:url')!.pathToFileURL(folder);
  return new URL(folder, globalThis.location.href);
}
