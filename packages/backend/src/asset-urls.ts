// Every file that the wasm backend loads, written by assembly/build.mjs. The literal URLs are what bundlers look
// for. They hold from src/ and from dist/ alike, so this file stays at the top of src/.

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

/** Where an asset is, by default beside the built package, else in the folder `assetBaseUrl`. */
export function assetUrl(name: AssetName, assetBaseUrl?: string): URL {
  return assetBaseUrl === undefined ? urls[name] : new URL(name, assetBaseUrl);
}
