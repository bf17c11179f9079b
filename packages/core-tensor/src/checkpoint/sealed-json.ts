import { TintypeError } from '@tintype/backend';
import { parseJsonConfig } from '../config/parse-json-config.ts';
import { assertPlainData } from '../config/plain-data.ts';
import type { JsonValue } from '../training/train-state.ts';
import { sha256 } from './sha256.ts';

const maxBytes = 16 * 1024 * 1024;

/**
 * JSON that carries the SHA-256 of its own content, so that a flipped bit is found.
 * Throws `E_CONFIG` for a number that JSON cannot hold (NaN, ±Infinity).
 */
export async function encodeSealedJson(content: JsonValue, where: string): Promise<Uint8Array> {
  assertPlainData(content, where);
  const seal = await sealOf(content);
  return new TextEncoder().encode(`${JSON.stringify({ content, sha256: seal }, null, 1)}\n`);
}

/** @throws TintypeError `E_CHECKPOINT` where the bytes are not what was written */
export async function decodeSealedJson(bytes: Uint8Array, where: string): Promise<JsonValue> {
  let sealed: JsonValue;
  try {
    sealed = parseJsonConfig(bytes, where, maxBytes);
  } catch (cause) {
    throw damaged(where, cause);
  }
  if (!isSealed(sealed) || (await sealOf(sealed.content)) !== sealed.sha256) throw damaged(where);
  return sealed.content;
}

function isSealed(value: JsonValue): value is { content: JsonValue; sha256: JsonValue } {
  return typeof value === 'object' && value !== null && 'content' in value && 'sha256' in value;
}

function sealOf(content: JsonValue): Promise<string> {
  return sha256(new TextEncoder().encode(JSON.stringify(content)));
}

function damaged(where: string, cause?: unknown): TintypeError {
  return new TintypeError('E_CHECKPOINT', {
    where,
    what: 'the file is damaged: its checksum does not fit',
    cause,
  });
}
