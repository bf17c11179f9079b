import { safetensorsLimits } from './safetensors-dtype.ts';

/**
 * Reads the three kinds of JSON value that a safetensors header is made of, straight from its bytes.
 * JSON.parse would keep the last of two equal keys, follow any nesting and do all its work before a limit applies.
 */
export interface HeaderReader {
  /** Skips white space, then takes the byte if it is next. */
  take(character: string): boolean;
  /** As `take`; fails where another byte is next. */
  expect(character: string): void;
  /** A string of at most `maxLength` UTF-16 units. */
  string(maxLength: number): string;
  /** A whole number from 0 to 2⁵³ − 1. */
  integer(): number;
  /** Fails unless only white space is left. */
  end(): void;
}

const quote = 0x22;
const backslash = 0x5c;
/** White space of a whole header: writers pad with a few bytes, or reserve some room. */
const maxSpaces = 4 * 1024 * 1024;
/** A control character, which JSON allows in a string as an escape only. */
const controlCharacter = /[^ -\uffff]/;

export function createHeaderReader(bytes: Uint8Array, fail: (what: string) => never): HeaderReader {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let at = 0;
  let spaces = 0;
  let units = 0;
  let nextBackslash = -1;

  function skipSpace(): void {
    let index = at;
    const limit = at + maxSpaces - spaces;
    while (index <= limit && isSpace(bytes[index])) index += 1;
    if (index > limit) fail('the header is mostly white space');
    spaces += index - at;
    at = index;
  }

  function take(character: string): boolean {
    skipSpace();
    if (bytes[at] !== character.charCodeAt(0)) return false;
    at += 1;
    return true;
  }

  function expect(character: string): void {
    if (!take(character))
      fail(`the header is not the JSON of this format: expected ${character} at byte ${at}`);
  }

  function string(maxLength: number): string {
    expect('"');
    const start = at;
    const end = closingQuote(start);
    // No more than half of it may be escapes, beyond what a short name can need.
    const isTooLong = end - start > Math.min(maxLength * 6, maxLength * 2 + 8192);
    const text = isTooLong ? undefined : decodeString(bytes.subarray(start, end), hasBackslash(start, end));
    if (text === undefined || text.length > maxLength) return fail(`a string is longer than ${maxLength}`);
    units += text.length;
    if (units > safetensorsLimits.textLength)
      fail(`the names and texts are longer than ${safetensorsLimits.textLength}`);
    at = end + 1;
    return text;
  }

  /** The searches are the engine's own, many times faster than a loop. */
  function closingQuote(start: number): number {
    for (let from = start; ; ) {
      const end = bytes.indexOf(quote, from);
      if (end < 0) return fail('a string of the header does not end');
      let escapes = end;
      while (escapes > from && bytes[escapes - 1] === backslash) escapes -= 1;
      if ((end - escapes) % 2 === 0) return end;
      from = end + 1;
    }
  }

  function hasBackslash(start: number, end: number): boolean {
    if (nextBackslash < start) {
      const found = bytes.indexOf(backslash, start);
      nextBackslash = found < 0 ? bytes.length : found;
    }
    return nextBackslash < end;
  }

  function decodeString(slice: Uint8Array, isEscaped: boolean): string {
    let text: string;
    try {
      text = utf8.decode(slice);
    } catch {
      return fail('the header is not UTF-8');
    }
    if (!isEscaped) {
      return controlCharacter.test(text) ? fail('a string of the header holds control characters') : text;
    }
    try {
      return JSON.parse(`"${text}"`) as string;
    } catch {
      return fail('a string of the header holds a wrong escape or control characters');
    }
  }

  function integer(): number {
    skipSpace();
    const start = at;
    let value = 0;
    while (isDigit(bytes[at]) && at - start < 17) {
      value = value * 10 + (bytes[at]! - 0x30);
      at += 1;
    }
    const isWhole = at > start && !isDigit(bytes[at]) && !(bytes[start] === 0x30 && at > start + 1);
    if (!isWhole || !isNumberEnd(bytes[at]) || !Number.isSafeInteger(value)) {
      fail(`a number of the header is not a whole number from 0 to 2^53 - 1 (byte ${start})`);
    }
    return value;
  }

  function end(): void {
    skipSpace();
    if (at < bytes.length) fail(`the header goes on after its JSON at byte ${at}`);
  }

  return { take, expect, string, integer, end };
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isNumberEnd(byte: number | undefined): boolean {
  return byte === 0x2c || byte === 0x5d || isSpace(byte);
}
