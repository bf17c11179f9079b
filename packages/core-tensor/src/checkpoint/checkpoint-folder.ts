import { TintypeError } from '@tintype/backend';
import {
  type InferOutput,
  minValue,
  number,
  pipe,
  record,
  regex,
  safeInteger,
  strictObject,
  string,
  unknown,
} from 'valibot';
import { assertConfig } from '../config/assert-config.ts';
import type { JsonValue } from '../training/train-state.ts';
import { decodeSealedJson, encodeSealedJson } from './sealed-json.ts';
import { sha256 } from './sha256.ts';
import type { Storage } from './storage.ts';

/** What a checkpoint holds, as bytes. */
export interface CheckpointFiles {
  /** Steps completed. */
  readonly step: number;
  readonly values: { readonly [key: string]: JsonValue };
  /** safetensors files by name, for example `model.safetensors`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export interface LibraryInfo {
  readonly name: string;
  readonly version: string;
}

/** The number a change of the layout on disk raises; every released number stays readable. */
export const formatVersion = 1;

const stateFile = 'state.json';
const count = pipe(number(), safeInteger(), minValue(0));
const fileName = pipe(string(), regex(/^[a-z][a-z0-9-]{0,63}\.safetensors$/, 'a file name of a checkpoint'));
const hash = pipe(string(), regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hexadecimal'));
const stateSchema = strictObject({
  formatVersion: count,
  library: strictObject({ name: string(), version: string() }),
  step: count,
  values: record(string(), unknown()),
  files: record(fileName, strictObject({ bytes: count, sha256: hash })),
});

/** Writes every file of a checkpoint, `state.json` with their hashes last. */
export async function writeCheckpointFolder(
  storage: Storage,
  folder: string,
  { step, values, files }: CheckpointFiles,
  library: LibraryInfo,
): Promise<void> {
  const manifest: Record<string, { bytes: number; sha256: string }> = {};
  for (const [name, bytes] of files) {
    manifest[name] = { bytes: bytes.byteLength, sha256: await sha256(bytes) };
    await storage.write(`${folder}/${name}`, bytes);
  }
  const state = { formatVersion, library: { ...library }, step, values, files: manifest };
  const where = `${folder}/${stateFile}`;
  await storage.write(where, await encodeSealedJson(state, where));
}

/**
 * Reads a checkpoint and checks the hash of each of its files; other files in the folder are left alone.
 * @throws TintypeError `E_CHECKPOINT` where anything is damaged or missing, `E_VERSION` for a newer format
 */
export async function readCheckpointFolder(storage: Storage, folder: string): Promise<CheckpointFiles> {
  const where = `${folder}/${stateFile}`;
  const {
    step,
    values,
    files: manifest,
  } = parseState(await decodeSealedJson(await read(storage, where), where), where);
  const files = new Map<string, Uint8Array>();
  for (const [name, expected] of Object.entries(manifest)) {
    const bytes = await read(storage, `${folder}/${name}`);
    if (bytes.byteLength !== expected.bytes || (await sha256(bytes)) !== expected.sha256) {
      throw damaged(`${folder}/${name}`, 'the file is damaged: its SHA-256 is not the one that was saved');
    }
    files.set(name, bytes);
  }
  return { step, values: values as CheckpointFiles['values'], files };
}

function parseState(content: JsonValue, where: string): InferOutput<typeof stateSchema> {
  assertKnownVersion(content, where);
  try {
    return assertConfig(stateSchema, content, where);
  } catch (cause) {
    throw damaged(where, 'the file is not the state of a checkpoint', cause);
  }
}

function assertKnownVersion(content: JsonValue, where: string): void {
  const { formatVersion: version, library } = (content ?? {}) as {
    formatVersion?: unknown;
    library?: LibraryInfo;
  };
  if (typeof version !== 'number' || version <= formatVersion) return;
  throw new TintypeError('E_VERSION', {
    where,
    what: `the checkpoint was made by ${library?.name ?? 'an unknown library'} ${library?.version ?? ''}`,
    got: `format version ${version}`,
    expected: `at most ${formatVersion}`,
    remedy: 'Upgrade tintype to read it',
  });
}

async function read(storage: Storage, path: string): Promise<Uint8Array> {
  try {
    return await storage.read(path);
  } catch (cause) {
    throw damaged(path, 'the file is missing or cannot be read', cause);
  }
}

function damaged(where: string, what: string, cause?: unknown): TintypeError {
  return new TintypeError('E_CHECKPOINT', { where, what, cause });
}
