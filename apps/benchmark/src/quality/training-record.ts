import { type BackendInfo, type JsonValue, libraryVersion, type Storage } from '@tintype/core-tensor';
import type { Recipe } from '@tintype/recipes';

/** Everything that the weights at the end of a training are a function of. */
export interface TrainingKey {
  readonly recipe: string;
  readonly config: object;
  readonly batchSize: number;
  readonly seed: number;
  readonly steps: number;
  /** The key of the training that this one branches from, and the steps before the branch. */
  readonly from?: { readonly key: TrainingKey; readonly steps: number };
  readonly backend: BackendInfo['name'];
  /** Digest of the sources. */
  readonly code: string;
}

const keyFile = 'training.json';

/**
 * Makes the folder that of this training: one that belongs to another is emptied first, unless it differs in nothing
 * but the code and `reuse` is asked for. Tells whether what is there is of this code.
 */
export async function claimFolder(
  storage: Storage,
  key: TrainingKey,
  recipe: Recipe,
  isReusing: boolean,
): Promise<{ isOwn: boolean; remark?: string }> {
  const kept = await readKey(storage);
  if (kept !== undefined && isSame(kept, key)) return { isOwn: true };
  const isOlder = kept !== undefined && isSame(withoutCode(kept), withoutCode(key));
  if (isOlder && isReusing)
    return { isOwn: false, remark: 'goes on with a training of other code (--reuse)' };
  // The key goes first and comes last: a folder that is half emptied belongs to nobody.
  await storage.remove(keyFile);
  for (const name of await storage.list('')) await storage.remove(name);
  await storage.write('recipe.json', toBytes(runRecord(key, recipe)));
  await storage.write(keyFile, toBytes(key));
  if (kept === undefined) return { isOwn: true };
  const remark = isOlder ? 'starts anew: the code has changed' : 'starts anew: the settings have changed';
  return { isOwn: true, remark };
}

export async function readKey(storage: Storage): Promise<TrainingKey | undefined> {
  if (!(await storage.exists(keyFile))) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(await storage.read(keyFile)));
  } catch {
    return undefined;
  }
}

/** What `tintype` reads: the folder is one of its runs. */
function runRecord({ config, batchSize, seed, steps, backend }: TrainingKey, recipe: Recipe): JsonValue {
  return {
    formatVersion: 1,
    recipe: recipe.name,
    system: recipe.system,
    seed: String(seed),
    steps,
    batchSize,
    config: config as { readonly [key: string]: JsonValue },
    overrides: [],
    engine: { backend, deterministic: false },
    backend: { name: backend, device: 'quality suite', reason: 'trained by a quality suite' },
    versions: { tintype: libraryVersion, node: process.version },
  };
}

function withoutCode(key: TrainingKey): object {
  const { code: _, from, ...rest } = key;
  return from ? { ...rest, from: { ...from, key: withoutCode(from.key) } } : rest;
}

function isSame(a: object, b: object): boolean {
  return canonical(a) === canonical(b);
}

/** JSON with keys in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

function toBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}
