import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AvatarOptions } from '../avatars/avatar-attributes.ts';
import { defaultSearchFolders, missingPackage } from './search-packages.ts';

/** DiceBear's pixel-art style, loaded. */
export interface DiceBear {
  /** Names and versions of its two packages. */
  readonly source: string;
  /** The SVG of a seed. */
  draw(seed: string, options: AvatarOptions): string;
}

const packageNames = ['@dicebear/core', '@dicebear/pixel-art'] as const;

interface Core {
  createAvatar(style: unknown, options: object): { toString(): string };
}

/**
 * Loads DiceBear from `node_modules` at or above the given folders.
 * Throws `E_DATA_MISSING` with the install line where one of its packages is absent.
 */
export async function loadDiceBear(from: readonly string[] = defaultSearchFolders()): Promise<DiceBear> {
  const files = packageNames.map((name) => findEntry(name, from));
  const versions = await Promise.all(files.map((file, i) => readVersion(file, packageNames[i]!)));
  const [core, style] = (await Promise.all(files.map((file) => import(pathToFileURL(file).href)))) as [
    Core,
    unknown,
  ];
  return {
    source: versions.join(', '),
    draw: (seed, options) => core.createAvatar(style, { ...options, seed }).toString(),
  };
}

function findEntry(packageName: string, from: readonly string[]): string {
  let cause: unknown;
  for (const folder of from) {
    try {
      return createRequire(join(folder, 'noop.js')).resolve(packageName);
    } catch (error) {
      cause = error;
    }
  }
  const what = `the package ${packageName} is not installed`;
  throw missingPackage(packageNames.join(' '), what, from.join(', '), cause);
}

/** Both packages keep their entry one folder below their package.json, which they do not export. */
async function readVersion(entry: string, packageName: string): Promise<string> {
  const description = JSON.parse(await readFile(join(dirname(entry), '..', 'package.json'), 'utf8')) as {
    readonly version?: unknown;
  };
  return `${packageName} ${String(description.version)}`;
}
