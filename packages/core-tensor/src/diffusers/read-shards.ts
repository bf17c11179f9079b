import { TintypeError } from '@tintype/backend';
import { assertSafePath } from '../checkpoint/path.ts';
import { decodeSafetensors } from '../checkpoint/safetensors-decode.ts';
import {
  type SafetensorsEntry,
  safetensorsLimits,
  tensorNameProblem,
} from '../checkpoint/safetensors-dtype.ts';
import type { Storage } from '../checkpoint/storage.ts';
import { parseJsonConfig } from '../config/parse-json-config.ts';
import { noSuchFile } from './choose-weights.ts';
import { pathIn } from './path-in.ts';

const maxIndexBytes = 4 * 1024 * 1024;

export interface ReadShards {
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
  /** Names of the shards, in the order of the index. */
  readonly files: readonly string[];
}

/**
 * Joins the shards that an index names (`weight_map`: tensor → file). Every tensor must lie in the file that the index
 * says, and no file may hold another.
 * @throws TintypeError `E_SAFETENSORS` for a broken index or shard, `E_PATH` for a file that is not beside the index,
 *   `E_NO_RUN` for one that is missing, `E_CONFIG` for an index that is not JSON
 */
export async function readShards(
  storage: Storage,
  folder: string,
  indexFile: string,
  names: readonly string[],
): Promise<ReadShards> {
  const where = pathIn(folder, indexFile);
  const fileOfTensor = readIndex(await storage.read(where), where);
  const files = [...new Set(fileOfTensor.values())];
  for (const file of files) {
    if (!names.includes(file)) throw noSuchFile(folder, file, names, `Fetch every shard that ${where} names`);
  }
  const tensors = new Map<string, SafetensorsEntry>();
  for (const file of files) {
    const path = pathIn(folder, file);
    for (const [name, entry] of decodeSafetensors(await storage.read(path), path)) {
      const stated = fileOfTensor.get(name);
      if (stated !== file)
        refuse(path, `holds a tensor that the index puts elsewhere: ${name}`, file, stated);
      tensors.set(name, entry);
    }
  }
  for (const [name, file] of fileOfTensor) {
    if (!tensors.has(name))
      refuse(where, `names a tensor that is not in its shard: ${name}`, 'no such tensor', file);
  }
  return { tensors, files };
}

/** Tensor → file, from bytes that nobody vouches for. */
function readIndex(bytes: Uint8Array, where: string): ReadonlyMap<string, string> {
  const index = parseJsonConfig(bytes, where, maxIndexBytes);
  const weightMap = isObject(index) ? index.weight_map : undefined;
  if (!isObject(weightMap)) refuse(where, 'is not an index of shards', undefined, '{ "weight_map": { … } }');
  const pairs = Object.entries(weightMap);
  if (pairs.length === 0) refuse(where, 'names no tensor', 'an empty weight_map');
  if (pairs.length > safetensorsLimits.tensors) {
    refuse(where, 'names too many tensors', pairs.length, `at most ${safetensorsLimits.tensors}`);
  }
  return new Map(
    pairs.map(([name, file]) => {
      const problem = tensorNameProblem(name);
      if (problem !== undefined) refuse(where, problem, JSON.stringify(name).slice(0, 80));
      return [name, assertShardName(file, where)];
    }),
  );
}

function assertShardName(file: unknown, where: string): string {
  if (typeof file !== 'string') return refuse(where, 'names a file that is not text', JSON.stringify(file));
  if (assertSafePath(file).length > 1) {
    throw new TintypeError('E_PATH', {
      where,
      what: 'a shard must lie beside its index',
      got: JSON.stringify(file.slice(0, 80)),
      expected: 'a name without /',
    });
  }
  if (!file.endsWith('.safetensors')) {
    refuse(where, 'names a shard that is not a safetensors file; it was not opened', file, '….safetensors');
  }
  return file;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(where: string, what: string, got?: unknown, expected?: unknown): never {
  throw new TintypeError('E_SAFETENSORS', {
    where,
    what,
    got,
    expected,
    remedy: 'The index and the shards must come from the same `save_pretrained`',
  });
}
