import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';

export interface ServedPage {
  readonly url: string;
  close(): void;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};
/** Without these a page has no shared memory, hence no threads. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Builds the benchmark's page with Vite and serves it on this machine alone. Throws where Vite is not installed. */
export async function servePage(root: string, isIsolated: boolean): Promise<ServedPage> {
  const { build } = await import('vite');
  const folder = mkdtempSync(join(tmpdir(), 'tintype-bench-page-'));
  await build({
    configFile: false,
    logLevel: 'error',
    root: join(root, 'page'),
    base: './',
    build: { outDir: folder, emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 8192 },
  });
  const server = createServer(({ url = '/' }, response) => {
    const path = join(folder, new URL(url, 'http://page').pathname.replace(/\/$/, '/index.html'));
    const isThere = existsSync(path);
    response.writeHead(isThere ? 200 : 404, {
      ...(isIsolated ? isolation : {}),
      'Content-Type': contentTypes[extname(path)] ?? 'text/plain',
    });
    response.end(isThere ? readFileSync(path) : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
