// Compiles the kernels, {SIMD, relaxed SIMD} × {plain, shared memory}, and lays tfjs's own binaries and the script of
// our worker threads beside them: everything that the wasm backend loads is a file in dist/assets.
import { copyFile, cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { build } from 'tsup';
import { readSections, shareMemory } from './wasm-sections.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const target = join(folder, '../dist/assets');
// On the same disk, so that a finished file moves into place at once: tests may be loading the one before.
const assets = join(folder, `../node_modules/.assets-${process.pid}`);
const largestMemoryPages = '65536';

await mkdir(target, { recursive: true });
await mkdir(assets);
try {
  for (const isRelaxed of [false, true]) {
    for (const isShared of [false, true]) await compile(isRelaxed, isShared);
  }
  await layTfjs();
  await bundleWorker();
  await cp(join(folder, 'licences'), assets, { recursive: true });
  for (const name of await readdir(assets)) await rename(join(assets, name), join(target, name));
} finally {
  await rm(assets, { recursive: true });
}

async function compile(isRelaxed, isShared) {
  const name = `tintype-${isRelaxed ? 'relaxed' : 'simd'}${isShared ? '-shared' : ''}.wasm`;
  const { error, stderr } = await asc.main([
    join(folder, 'index.ts'),
    ...['--outFile', join(assets, name), '--runtime', 'stub', '-O3', '--noAssert', '--importMemory'],
    ...['--enable', 'simd', ...(isRelaxed ? ['--enable', 'relaxed-simd'] : [])],
    ...(isShared
      ? [
          '--enable',
          'threads',
          '--sharedMemory',
          '--initialMemory',
          '1',
          '--maximumMemory',
          largestMemoryPages,
        ]
      : []),
  ]);
  if (error) throw new Error(`${name}: ${error.message}\n${stderr.toString()}`);
  assertNoData(name, await readFile(join(assets, name)));
}

/** The memory belongs to tfjs: static data of ours would overwrite it. */
function assertNoData(name, bytes) {
  const dataSection = 11;
  if (readSections(bytes).some(({ id }) => id === dataSection)) throw new Error(`${name} has a data section`);
}

/** tfjs's binaries as they are, and its SIMD build with its memory declared as shared. */
async function layTfjs() {
  const source = dirname(
    createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'),
  );
  const names = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'];
  for (const name of names) await copyFile(join(source, 'dist', name), join(assets, name));
  const simd = await readFile(join(source, 'dist', 'tfjs-backend-wasm-simd.wasm'));
  await writeFile(join(assets, 'tfjs-backend-wasm-simd-shared.wasm'), shareMemory(simd));
}

/** One file without imports, so that it may be served from anywhere. */
async function bundleWorker() {
  await build({
    config: false,
    silent: true,
    entry: { worker: join(folder, '../src/engine/worker.ts') },
    outDir: assets,
    format: ['esm'],
    target: 'es2022',
    clean: false,
  });
}
