import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type JsonValue, sha256, TintypeError } from '@tintype/core-tensor';
import { encodeImagePack, type ImagePack, parseImagePack } from '../packs/image-pack.ts';
import { findCacheFolder } from './cache-folder.ts';

export interface PackCacheOptions {
  /**
   * Folder to keep converted pictures in; `false` keeps none.
   * @default the environment variable TINTYPE_CACHE, else node_modules/.cache/tintype of the nearest package
   */
  readonly cacheFolder?: string | false;
  /** Hears once of a folder that cannot be written. @default a warning of the process */
  readonly onWarning?: (message: string) => void;
}

/** What the pictures depend on, versions among it: another key is another file. */
export interface PackKey {
  /** Begins the file's name: lower-case letters, digits and hyphens. */
  readonly name: string;
  readonly [part: string]: JsonValue;
}

/**
 * The pack kept under this key, or else what `convert` makes, which is then kept. A damaged file is converted anew.
 * Files appear whole or not at all, so that processes may share a folder; where it cannot be written, the pictures
 * are converted each time and `onWarning` hears of it once. Throws what `convert` throws.
 */
export async function withPackCache(
  key: PackKey,
  convert: () => Promise<ImagePack>,
  options: PackCacheOptions = {},
): Promise<ImagePack> {
  const file = options.cacheFolder === false ? undefined : await packFile(key, options);
  const kept = file && (await readPack(file));
  if (kept) return kept;
  const pack = await convert();
  if (file) await keepPack(file, pack, options);
  return pack;
}

async function packFile(key: PackKey, options: PackCacheOptions): Promise<string | undefined> {
  if (!/^[a-z0-9-]{1,64}$/.test(key.name)) {
    throw new TintypeError('E_PATH', {
      where: 'withPackCache.key.name',
      what: 'the name begins a file name',
      got: key.name,
      expected: 'lower-case letters, digits and hyphens',
    });
  }
  const folder = findCacheFolder(options.cacheFolder || undefined);
  if (folder === undefined) {
    warnOnce(options, process.cwd(), 'there is no package above the working folder');
    return undefined;
  }
  const parts = Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = await sha256(new TextEncoder().encode(JSON.stringify(parts)));
  return join(folder, `${key.name}-${hash.slice(0, 24)}.safetensors`);
}

async function readPack(file: string): Promise<ImagePack | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await readFile(file));
  } catch {
    return undefined;
  }
  try {
    return await parseImagePack(bytes, file);
  } catch {
    return undefined;
  }
}

async function keepPack(file: string, pack: ImagePack, options: PackCacheOptions): Promise<void> {
  const bytes = await encodeImagePack(pack);
  const unfinished = `${file}.${randomUUID()}.tmp`;
  const folder = join(file, '..');
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(unfinished, bytes, { flag: 'wx' });
    await rename(unfinished, file);
  } catch (cause) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    warnOnce(options, folder, cause instanceof Error ? cause.message : String(cause));
  }
}

const warnedByListener = new WeakMap<(message: string) => void, Set<string>>();

/** Once a folder and listener, however many packs follow. */
function warnOnce({ onWarning = warnProcess }: PackCacheOptions, folder: string, reason: string): void {
  const warned = warnedByListener.get(onWarning) ?? new Set();
  warnedByListener.set(onWarning, warned);
  if (warned.has(folder)) return;
  warned.add(folder);
  onWarning(
    `Converted pictures are not kept, so they are converted each time: ${reason}. Set TINTYPE_CACHE or cacheFolder to a folder that can be written.`,
  );
}

function warnProcess(message: string): void {
  process.emitWarning(message, { code: 'TINTYPE_CACHE' });
}
