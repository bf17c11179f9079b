import { isNode, nodeModule } from './node-modules.ts';

/** Where tfjs shall load its wasm binaries from; `undefined` leaves tfjs its own folder. */
export interface WasmAssets {
  readonly paths: string | Record<string, string>;
  /** Fetch the file instead of reading it from disk. */
  readonly usesFetch: boolean;
}

const simd = 'tfjs-backend-wasm-simd.wasm';
const plain = 'tfjs-backend-wasm.wasm';
const threaded = 'tfjs-backend-wasm-threaded-simd.wasm';

/**
 * In Node the default is beside the installed package. In browsers it is what the bundler makes of
 * `new URL(…, import.meta.url)`: Vite and webpack 5 copy the binaries by themselves. Where the sources are neither
 * bundled nor linked, pass as `assetBaseUrl` the folder that serves `@tensorflow/tfjs-backend-wasm/dist/*.wasm`; on
 * Vite's development server that is `/node_modules/@tensorflow/tfjs-backend-wasm/dist/`.
 * A missing file is found here, because tfjs cannot be asked twice after a failed load.
 */
export async function findWasmAssets(assetBaseUrl: string | undefined): Promise<WasmAssets | undefined> {
  if (assetBaseUrl === undefined) {
    if (isNode()) return undefined;
    const urls = bundledUrls();
    await assertServed(urls[simd] as string);
    return { paths: urls, usesFetch: false };
  }
  const folder = assetBaseUrl.endsWith('/') ? assetBaseUrl : `${assetBaseUrl}/`;
  const path = localPath(folder);
  if (path === undefined) {
    await assertServed(folder + simd);
    return { paths: folder, usesFetch: isNode() };
  }
  if (!nodeModule('node:fs')?.existsSync(path + simd)) throw new Error(`no ${simd} in assetBaseUrl ${path}`);
  return { paths: path, usesFetch: false };
}

/** Literal URLs, so that bundlers find and serve the files. The threaded build is never loaded. */
function bundledUrls(): Record<string, string> {
  const simdUrl = new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm', import.meta.url)
    .href;
  const plainUrl = new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm', import.meta.url).href;
  return { [simd]: simdUrl, [plain]: plainUrl, [threaded]: simdUrl };
}

/** The folder on disk, or `undefined` for what has to be fetched. */
function localPath(folder: string): string | undefined {
  if (!isNode() || /^https?:/i.test(folder)) return undefined;
  return /^file:/i.test(folder) ? nodeModule('node:url')?.fileURLToPath(folder) : folder;
}

async function assertServed(url: string): Promise<void> {
  const response = await fetch(url, { method: 'HEAD', credentials: 'same-origin' });
  const type = response.headers.get('content-type') ?? 'no content type';
  // Servers without HEAD answer 405 or 501; the load itself will tell.
  if (response.status === 405 || response.status === 501) return;
  // Development servers answer a wrong path with their page.
  if (!response.ok || type.includes('text/html')) {
    throw new Error(
      `${url} is not served (status ${response.status}, ${type}); set assetBaseUrl to the folder of the .wasm files`,
    );
  }
}
