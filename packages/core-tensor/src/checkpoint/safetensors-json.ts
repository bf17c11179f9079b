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

export function createHeaderReader(bytes: Uint8Array, fail: (what: string) => never): HeaderReader {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let at = 0;

  function skipSpace(): void {
    while (isSpace(bytes[at])) at += 1;
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
    // An escape is at most six bytes for one unit, UTF-8 at most three.
    const limit = Math.min(bytes.length, start + maxLength * 6 + 1);
    let isEscaped = false;
    while (at < limit && bytes[at] !== quote) {
      if (bytes[at]! < 0x20) fail(`the header holds a control character at byte ${at}`);
      if (bytes[at] === backslash) {
        isEscaped = true;
        at += 1;
      }
      at += 1;
    }
    if (at >= limit)
      fail(at >= bytes.length ? 'a string of the header does not end' : `a name is longer than ${maxLength}`);
    const text = decodeString(bytes.subarray(start, at), isEscaped);
    at += 1;
    if (text.length > maxLength) fail(`a name is longer than ${maxLength}`);
    return text;
  }

  function decodeString(slice: Uint8Array, isEscaped: boolean): string {
    let text: string;
    try {
      text = utf8.decode(slice);
    } catch {
      return fail('the header is not UTF-8');
    }
    if (!isEscaped) return text;
    try {
      return JSON.parse(`"${text}"`) as string;
    } catch {
      return fail('a string of the header holds a wrong escape');
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
