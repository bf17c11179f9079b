import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright';
import { build, type InlineConfig } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { networkInFloat64 } from '../packages/metrics/src/feature-network/network-in-float64.test-support.ts';

// A page that Vite builds from the built package trains under the policy of the docs pages: binaries and the worker
// are files of the same origin, and nothing is evaluated, inlined or made into a blob.
const root = fileURLToPath(new URL('..', import.meta.url));
const executablePath = process.env.TINTYPE_CHROMIUM ?? '/usr/bin/chromium';
const isRequired = (process.env.TINTYPE_REQUIRE ?? '').includes('browser');

const policy = (scripts: string, workers = "'self'"): Record<string, string> => ({
  'Content-Security-Policy': `default-src 'none'; script-src ${scripts}; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src ${workers}; object-src 'none'; base-uri 'none'; frame-ancestors 'none'`,
});
const strict = policy("'self' 'wasm-unsafe-eval'");
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
const contentTypes: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};

let folder = '';
let browser: Browser;
let server: Server | undefined;

beforeAll(async () => {
  if (!existsSync(executablePath)) return;
  folder = mkdtempSync(join(tmpdir(), 'tintype-page-'));
  await buildPage('index.html', {});
  // A Worker that loads parts of itself on demand, as any with dynamic imports, has to be a module.
  await buildPage('in-worker.html', { worker: { format: 'es' } });
  await buildPage('features.html', {});
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-quic'] });
});

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

afterAll(async () => {
  await browser?.close();
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
});

/** Into a folder of its own name. */
async function buildPage(name: string, options: InlineConfig): Promise<void> {
  const page = join(root, 'tests/page');
  await build({
    ...options,
    configFile: false,
    logLevel: 'error',
    root: page,
    base: './',
    resolve: {
      alias: ['backend', 'core-tensor', 'metrics'].map((each) => ({
        find: `@tintype/${each}`,
        replacement: join(root, `packages/${each}/dist/index.js`),
      })),
    },
    build: {
      outDir: join(folder, name.replace('.html', '')),
      emptyOutDir: true,
      target: 'es2022',
      chunkSizeWarningLimit: 4096,
      rolldownOptions: { input: join(page, name) },
    },
  });
}

/** What the page shows, and all that it loaded, when every response has these headers. */
async function visit(headers: Record<string, string>, path = '/index/index.html') {
  server = createServer(({ url = '/' }, response) => {
    const file = join(folder, new URL(url, 'http://page').pathname);
    const isThere = existsSync(file);
    response.writeHead(isThere ? 200 : url === '/favicon.ico' ? 204 : 404, {
      ...headers,
      'Content-Type': contentTypes[extname(file)] ?? 'text/plain',
    });
    response.end(isThere ? readFileSync(file) : '');
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const page = await browser.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(`${origin}${path}?threads=2`);
  // A string to evaluate would itself be against the policy.
  const text = await page.locator('output:not(:empty)').textContent({ timeout: 60_000 });
  await page.close();
  const foreign = requests.filter((url) => !url.startsWith(`${origin}/`));
  return { ...JSON.parse(text ?? ''), requests, foreign, complaints };
}

function expectSameLosses({ wasm, cpu }: Record<'wasm' | 'cpu', { losses: number[] }>): void {
  expect(wasm.losses.length).toBe(5);
  expect(wasm.losses[4]).toBeLessThan(wasm.losses[0]!);
  const errors = wasm.losses.map((loss, step) => Math.abs(loss / cpu.losses[step]! - 1));
  expect(Math.max(...errors)).toBeLessThan(1e-4);
}

describe.skipIf(!existsSync(executablePath) && !isRequired)('a page under the strict policy', () => {
  test('the build copies every binary and the script of the workers as files', () => {
    const names = readdirSync(join(folder, 'index/assets')).map((name) =>
      name.replace(/-[\w-]{8}(?=\.)/, ''),
    );
    expect(names.filter((name) => name.endsWith('.wasm')).sort()).toEqual([
      'tfjs-backend-wasm-simd-shared.wasm',
      'tfjs-backend-wasm-simd.wasm',
      'tfjs-backend-wasm.wasm',
      'tintype-relaxed-shared.wasm',
      'tintype-relaxed.wasm',
      'tintype-simd-shared.wasm',
      'tintype-simd.wasm',
    ]);
    expect(names).toContain('worker.js');
  });

  test('isolated: trains on two threads, without a violation and without a foreign load', async () => {
    const result = await visit({ ...strict, ...isolation });
    expect(result).toMatchObject({ isIsolated: true, violations: [], foreign: [], complaints: [] });
    expect(result.wasm).toMatchObject({ name: 'wasm', threads: 2, reason: 'wasm is the first that works' });
    expect(result.wasm.features).toEqual(['simd', 'relaxed-simd', 'shared-memory', 'tintype-kernels']);
    expect(result.requests.join()).toMatch(/worker-.*\.js/);
    expectSameLosses(result);
  });

  test('not isolated: trains on one thread and says why', async () => {
    const result = await visit(strict);
    expect(result).toMatchObject({ isIsolated: false, violations: [], foreign: [], complaints: [] });
    expect(result.wasm).toMatchObject({ name: 'wasm', threads: 1 });
    expect(result.wasm.features).toEqual(['simd', 'relaxed-simd', 'tintype-kernels']);
    expect(result.wasm.reason).toMatch(/not cross-origin isolated/);
    expectSameLosses(result);
  });

  test('isolated, in a Worker of the page: the same, on two threads', async () => {
    const result = await visit({ ...strict, ...isolation }, '/in-worker/in-worker.html');
    expect(result).toMatchObject({ isIsolated: true, violations: [], foreign: [], complaints: [] });
    expect(result.wasm).toMatchObject({ name: 'wasm', threads: 2, reason: 'wasm is the first that works' });
    expectSameLosses(result);
  });

  test('threads change no bit of what is computed', async () => {
    const onTwo = await visit({ ...strict, ...isolation });
    const onOne = await visit(strict);
    expect([onTwo.wasm.threads, onOne.wasm.threads]).toEqual([2, 1]);
    expect(onTwo.wasm.losses).toEqual(onOne.wasm.losses);
  });

  test('a policy that forbids Workers is seen as a violation, and one thread trains', async () => {
    const result = await visit({ ...policy("'self' 'wasm-unsafe-eval'", "'none'"), ...isolation });
    expect(result.violations.join()).toMatch(/worker-src/);
    expect(result.wasm).toMatchObject({ name: 'wasm', threads: 1 });
    expect(result.wasm.reason).toMatch(/relaxed SIMD kernels on 2 threads: /);
    expectSameLosses(result);
  });

  test('where the policy forbids wasm the reason says so, and cpu trains', async () => {
    const result = await visit(policy("'self'"));
    expect(result.wasm).toMatchObject({ name: 'cpu' });
    expect(result.wasm.reason).toMatch(/before it wasm: .*Content Security Policy/);
    expectSameLosses(result);
  });

  test('a feature network is fetched when it is asked for, checked, and reads as in float64', async () => {
    const { hash, features, image, violations, requests, foreign } = await visit(
      strict,
      '/features/features.html',
    );
    expect({ violations, foreign }).toEqual({ violations: [], foreign: [] });
    const fetched = requests.filter((url: string) => url.includes('.safetensors'));
    expect(fetched).toHaveLength(1);
    expect(fetched[0]).toMatch(/\/assets\/mnist-[\w-]+\.safetensors$/);
    const bytes = readFileSync(join(root, 'packages/metrics/weights/mnist.safetensors'));
    expect(createHash('sha256').update(bytes).digest('hex').slice(0, 16)).toBe(hash);
    const expected = networkInFloat64(bytes, image);
    const errors = features.map((value: number, i: number) => Math.abs(value - expected.features[i]!));
    expect(Math.max(...errors)).toBeLessThan(1e-4);
    expect(Math.max(...features)).toBeGreaterThan(0.1);
  });
});
