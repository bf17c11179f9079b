import { TintypeError } from '@tintype/backend';
import type { JsonValue } from '../training/train-state.ts';
import { assertPlainData } from './plain-data.ts';

const defaultMaxBytes = 1024 * 1024;

/**
 * Reads JSON from an untrusted file: at most 1 MB of UTF-8 (unless `maxBytes` says otherwise), no byte-order mark, no comments, no number beyond
 * float64, no key that names a prototype. The result is data only; check it with `assertConfig` before use
 * and never merge it into defaults unchecked.
 * @throws TintypeError `E_CONFIG`
 */
export function parseJsonConfig(
  source: string | Uint8Array,
  where: string,
  maxBytes = defaultMaxBytes,
): JsonValue {
  const size = typeof source === 'string' ? source.length : source.byteLength;
  if (size > maxBytes) {
    throw new TintypeError('E_CONFIG', {
      where,
      what: 'the file is too large for a configuration',
      got: `${size} bytes`,
      expected: `at most ${maxBytes}`,
    });
  }
  const text = typeof source === 'string' ? source : decodeUtf8(source, where);
  if (text.startsWith('\uFEFF')) {
    throw new TintypeError('E_CONFIG', {
      where,
      what: 'the text starts with a byte-order mark, which JSON does not allow',
      remedy: 'Save the file as UTF-8 without BOM',
    });
  }
  const value = parse(text, where);
  assertPlainData(value, where);
  return value as JsonValue;
}

function decodeUtf8(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new TintypeError('E_CONFIG', { where, what: 'the file is not UTF-8 text', cause });
  }
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TintypeError('E_CONFIG', {
      where,
      what: `the text is not JSON: ${cause instanceof Error ? cause.message : 'unreadable'}`,
      remedy: 'JSON has no comments, no trailing commas and no NaN',
      cause,
    });
  }
}
