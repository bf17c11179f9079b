import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { assetUrl, nodeWorkerUrl } from './asset-urls.ts';
import { closeBackend } from './device/close-backend.ts';
import { selectBackend } from './device/select-backend.ts';

const folder = fileURLToPath(new URL('.', assetUrl('tintype-simd.wasm')));
const everything = ['simd', 'relaxed-simd', 'shared-memory', 'tintype-kernels'];
let server: Server | undefined;

afterEach(async () => {
  await closeBackend();
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

/** Serves the assets like a server of static files, one that knows HEAD or one that does not. */
async function serve(knowsHead: boolean): Promise<string> {
  server = createServer(({ url = '', method }, response) => {
    const path = join(folder, url.replace('/files/', ''));
    const status = method === 'HEAD' && !knowsHead ? 405 : existsSync(path) ? 200 : 404;
    response.writeHead(status, { 'Content-Type': 'application/wasm' });
    response.end(status === 200 && method !== 'HEAD' ? readFileSync(path) : undefined);
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/files/`;
}

test('every asset is a file of the build, each with its licence beside it', () => {
  const names = readdirSync(folder);
  expect(names.filter((name) => name.endsWith('.wasm')).length).toBe(7);
  expect(names).toEqual(expect.arrayContaining(['worker.js', 'NOTICE.txt', 'apache-2.0.txt']));
  expect(existsSync(nodeWorkerUrl())).toBe(true);
});

test.each([
  ['a path', () => folder],
  ['a path without a slash at its end', () => folder.replace(/\/$/, '')],
  ['a file: URL', () => new URL('.', assetUrl('tintype-simd.wasm')).href],
  ['a server', () => serve(true)],
  ['a server that does not know HEAD', () => serve(false)],
])('assetBaseUrl may be %s', async (_, locate) => {
  const info = await selectBackend({ backend: 'wasm', threads: 2, assetBaseUrl: await locate() });
  expect(info).toMatchObject({ threads: 2, features: everything, reason: 'wasm was asked for' });
});

test('a server without the files is named in the refusal', async () => {
  const assetBaseUrl = (await serve(true)).replace('files', 'elsewhere');
  const selection = selectBackend({ backend: 'wasm', assetBaseUrl });
  await expect(selection).rejects.toThrow(
    /elsewhere\/tfjs-backend-wasm-simd.wasm is not served \(status 404/,
  );
});
