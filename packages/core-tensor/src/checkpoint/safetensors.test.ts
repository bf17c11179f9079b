import { readdirSync, readFileSync } from 'node:fs';
import { TintypeError } from '@tintype/backend';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSafetensors } from './safetensors-decode.ts';
import type { SafetensorsDtype, SafetensorsEntry } from './safetensors-dtype.ts';
import { encodeSafetensors } from './safetensors-encode.ts';
import { parseSafetensorsHeader } from './safetensors-header.ts';

const utf8 = new TextEncoder();

/** A file of a header text and zeros as data. */
function file(header: string | Uint8Array, dataLength = 0, length?: bigint): Uint8Array {
  const text = typeof header === 'string' ? utf8.encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const tensor = (fields: object = {}) =>
  JSON.stringify({ dtype: 'F32', shape: [2], data_offsets: [0, 8], ...fields });
const one = (fields: object, dataLength = 8) => file(`{"a":${tensor(fields)}}`, dataLength);
const named = (name: string) => file(`{${JSON.stringify(name)}:${tensor()}}`, 8);
const manyPairs = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i}`.padStart(500, 'k'), 'v'.repeat(500)]));
const manyEmpty = (count: number, prefix = '') =>
  `{${Array.from({ length: count }, (_, i) => `"${prefix}t${i}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`).join()}}`;
const megabytes = (count: number, text: string) => text.repeat((count * 1024 * 1024) / text.length);

describe('a broken or hostile file gives E_SAFETENSORS within 50 ms', () => {
  const cases: readonly (readonly [string, () => Uint8Array, RegExp])[] = [
    ['no bytes', () => new Uint8Array(0), /shorter than its length field/],
    ...[1, 2, 3, 4, 5, 6, 7].map(
      (n) => [`${n} bytes`, () => new Uint8Array(n).fill(1), /shorter than its length field/] as const,
    ),
    ['a header of length 0', () => file('', 8), /header is empty/],
    ['a header of length 2^64 - 1', () => file('{}', 0, 2n ** 64n - 1n), /header is too long/],
    ['a header longer than the file', () => file('{}', 0, 100n), /longer than the file/],
    ['a header over the cap of 25 MB', () => file(megabytes(26, ' ')), /header is too long/],
    ['24 MB of white space', () => file(`{${megabytes(24, ' ')}`), /mostly white space/],
    [
      'a name of 24 MB',
      () => file(`{"${megabytes(24, 'x')}":${tensor()}}`, 8),
      /string is longer than 1024|name is longer than 1024/,
    ],
    [
      'a name of 1 MB of escapes',
      () => file(`{"${megabytes(1, '\\u0041__')}":1}`),
      /string is longer than 1024|name is longer than 1024/,
    ],
    [
      'a name of 1 025 characters',
      () => named('x'.repeat(1025)),
      /string is longer than 1024|name is longer than 1024/,
    ],
    [
      '24 MB of metadata',
      () => file(`{"__metadata__":{"a":"${megabytes(12, 'é')}"}}`),
      /longer than 2097152/,
    ],
    [
      'metadata in 20 000 pairs',
      () => file(`{"__metadata__":${JSON.stringify(manyPairs(20_000))}}`),
      /longer than 2097152/,
    ],
    ['10 000 long names', () => file(manyEmpty(10_000, 'x'.repeat(1000))), /longer than 2097152/],
    ['9 000 long names of UTF-8', () => file(manyEmpty(9_000, 'é'.repeat(1000))), /longer than 2097152/],
    ['data cut off', () => one({}, 7), /cut off/],
    ['bytes after the last tensor', () => one({}, 9), /bytes after the last tensor/],
    [
      'a header that is not UTF-8',
      () => file(new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a])),
      /not UTF-8/,
    ],
    ['text that is not JSON', () => file('{hello'), /not the JSON/],
    ['a header that starts with a space', () => file(' {}'), /does not start with \{/],
    ['an array for a header', () => file('[]'), /does not start with \{/],
    ['text after the header object', () => file('{}x'), /goes on after its JSON/],
    ['2 million open brackets', () => file(`{"a":${'['.repeat(2e6)}`), /not the JSON/],
    ['a shape of nested lists', () => one({ shape: [[2]] }), /not a whole number/],
    ['a tensor twice', () => file(`{"a":${tensor()},"a":${tensor()}}`, 8), /stands twice/],
    [
      'a tensor twice, once escaped',
      () => file(`{"a":${tensor()},"\\u0061":${tensor()}}`, 8),
      /stands twice/,
    ],
    [
      'a field twice',
      () => file('{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}', 8),
      /twice/,
    ],
    ['a field of another name', () => one({ extra: 1 }), /twice or of another name/],
    ['a missing field', () => file('{"a":{"dtype":"F32","shape":[2]}}', 8), /lacks/],
    ['an unknown element type', () => one({ dtype: 'F33' }), /unknown element type/],
    ['an element type from the prototype', () => one({ dtype: 'toString' }), /unknown element type/],
    ['a negative offset', () => one({ data_offsets: [-8, 0] }), /not a whole number/],
    ['a fractional offset', () => one({ data_offsets: [0, 8.5] }), /not a whole number/],
    [
      'an offset in exponent form',
      () => file('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8e0]}}', 8),
      /whole/,
    ],
    [
      'an offset over 2^53',
      () => file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,9007199254740993]}}'),
      /whole/,
    ],
    ['one offset', () => one({ data_offsets: [8] }), /lacks/],
    ['three offsets', () => one({ data_offsets: [0, 4, 8] }), /more than 2/],
    ['offsets backwards', () => one({ data_offsets: [8, 0] }), /do not fit its shape/],
    ['a hole', () => file(`{"a":${tensor()},"b":${tensor({ data_offsets: [12, 20] })}}`, 20), /hole/],
    ['a hole at the start', () => one({ data_offsets: [4, 12] }, 12), /hole/],
    ['an overlap', () => file(`{"a":${tensor()},"b":${tensor({ data_offsets: [4, 12] })}}`, 12), /overlaps/],
    ['two tensors in one place', () => file(`{"a":${tensor()},"b":${tensor()}}`, 8), /overlaps/],
    ['a product that overflows', () => one({ shape: [2 ** 31, 2 ** 31] }), /overflows/],
    [
      'a product that overflows, times 0',
      () =>
        one({
          shape: Array(8)
            .fill(2 ** 52)
            .concat(0)
            .slice(1),
        }),
      /overflows/,
    ],
    ['a size that does not fit', () => one({ shape: [3] }), /do not fit its shape/],
    ['rank 9', () => one({ shape: [1, 1, 1, 1, 1, 1, 1, 1, 2] }), /more than 8 numbers/],
    ['a shape of a million axes', () => one({ shape: Array(1e6).fill(1) }), /more than 8 numbers/],
    ['300 000 tensors', () => file(manyEmpty(300_000)), /more than 10000 tensors/],
    ['__metadata__ that is not an object', () => file('{"__metadata__":1}'), /not the JSON/],
    ['__metadata__ with a number', () => file('{"__metadata__":{"a":1}}'), /not the JSON/],
    ['__metadata__ twice', () => file('{"__metadata__":{},"__metadata__":{}}'), /stands twice/],
    ['a key of __metadata__ twice', () => file('{"__metadata__":{"a":"","a":""}}'), /stands twice/],
    ['a wrong escape', () => file('{"\\x":1}'), /wrong escape/],
    ['half a surrogate pair', () => file(`{"\\ud800":${tensor()}}`, 8), /broken Unicode/],
    ['a raw control character', () => file('{"a\u0001":1}'), /control characters/],
    ['a NUL in a name', () => named('a\0b'), /control characters/],
    ...['__proto__', 'constructor', 'prototype'].map(
      (name) => [`a tensor named ${name}`, () => named(name), /not allowed as a tensor name/] as const,
    ),
    ...['../x', '/x', 'a/../../x', '..\\x', 'a//b', './x'].map(
      (name) => [`a tensor named ${name}`, () => named(name), /path out of its folder/] as const,
    ),
    ['a tensor without a name', () => named(''), /name is empty/],
  ];

  test.each(cases)('%s', (_, build, message) => {
    const bytes = build();
    // Time of the processor, so that a busy machine does not count.
    const durations = [0, 1, 2].map(() => {
      const start = process.cpuUsage();
      expect(() => decodeSafetensors(bytes, 'x.safetensors')).toThrow(
        expect.objectContaining({
          name: 'TintypeError',
          code: 'E_SAFETENSORS',
          message: expect.stringMatching(message),
        }),
      );
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    });
    expect(Math.min(...durations)).toBeLessThan(50);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

test('a refused file takes no more memory than three times its size', () => {
  const bytes = file(`{"a":${megabytes(20, ' ')}${tensor({ shape: [3] })}}`, 8);
  const before = process.memoryUsage();
  expect(() => decodeSafetensors(bytes)).toThrow(TintypeError);
  const after = process.memoryUsage();
  const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  expect(grown).toBeLessThan(2 * bytes.length);
});

test('the largest file that the caps allow is read', () => {
  expect(decodeSafetensors(file(manyEmpty(10_000))).size).toBe(10_000);
  expect(decodeSafetensors(named('x'.repeat(1024))).size).toBe(1);
  expect(decodeSafetensors(one({ shape: [1, 1, 1, 1, 1, 1, 1, 2] })).get('a')?.shape).toHaveLength(8);
});

test('tensors may stand in any order, with white space, padding, escapes and metadata', () => {
  const header = `{ "__metadata__" : {"format":"pt"} ,\n"b":${tensor({ data_offsets: [8, 16] })},"\\u0061":${tensor()} }   `;
  const bytes = file(header, 16);
  expect([...decodeSafetensors(bytes).keys()]).toEqual(['b', 'a']);
  expect([...parseSafetensorsHeader(bytes).metadata]).toEqual([['format', 'pt']]);
});

test('entries are views of the file, wherever it lies in its buffer', () => {
  const inner = encodeSafetensors(new Map([['a', entry('U8', [3], [7, 8, 9])]]));
  const outer = new Uint8Array(inner.length + 13);
  outer.set(inner, 13);
  const { data } = decodeSafetensors(outer.subarray(13)).get('a')!;
  expect([...data]).toEqual([7, 8, 9]);
  expect(data.buffer).toBe(outer.buffer);
});

function entry(
  dtype: SafetensorsDtype,
  shape: readonly number[],
  bytes: readonly number[],
): SafetensorsEntry {
  return { dtype, shape, data: Uint8Array.from(bytes) };
}

test('what was written is read again, bit for bit', () => {
  const sizes = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 } as const;
  const anyEntry = fc
    .record({
      dtype: fc.constantFrom(...(Object.keys(sizes) as (keyof typeof sizes)[])),
      shape: fc.array(fc.nat(4), { maxLength: 4 }),
      fill: fc.nat(255),
    })
    .map(({ dtype, shape, fill }) => {
      const length = shape.reduce((product, axis) => product * axis, sizes[dtype]);
      return entry(
        dtype,
        shape,
        Array.from({ length }, (_, index) => (index * 37 + fill) % 256),
      );
    });
  const anyName = fc.stringMatching(/^[a-zé."_\u{1F600}]{1,12}$/u).filter((name) => !/^\.{1,2}$/.test(name));
  fc.assert(
    fc.property(fc.array(fc.tuple(anyName, anyEntry), { maxLength: 6 }), (pairs) => {
      const entries = new Map(pairs);
      const bytes = encodeSafetensors(entries, { note: 'x"y' });
      const read = decodeSafetensors(bytes);
      expect(new Map([...read].sort())).toEqual(new Map([...entries].sort()));
      expect(encodeSafetensors(new Map([...entries].reverse()), { note: 'x"y' })).toEqual(bytes);
      expect(new DataView(bytes.buffer).getUint32(0, true) % 8).toBe(0);
    }),
    { numRuns: 300, seed: 5 },
  );
});

test.each([
  ['bytes that do not fit the shape', 'a', entry('F32', [2], [1, 2, 3, 4])],
  ['rank 9', 'a', entry('U8', [1, 1, 1, 1, 1, 1, 1, 1, 1], [1])],
  ['the name __metadata__', '__metadata__', entry('U8', [1], [1])],
  ['the name __proto__', '__proto__', entry('U8', [1], [1])],
  ['a name that leaves the folder', '../a', entry('U8', [1], [1])],
])('%s cannot be written', (_, name, value) => {
  expect(() => encodeSafetensors(new Map([[name, value]]))).toThrow(TintypeError);
});

const reference = new URL('../../../../fixtures/reference/', import.meta.url);
const referenceFiles = readdirSync(reference, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.safetensors'),
);

test('there are files of the Python library to compare with', () => {
  expect(referenceFiles.length).toBeGreaterThan(10);
});

test.each(referenceFiles)('%s of the Python library is read, and written again byte for byte', (name) => {
  const bytes = new Uint8Array(readFileSync(new URL(name, reference)));
  const entries = decodeSafetensors(bytes, name);
  expect(entries.size).toBeGreaterThan(0);
  const metadata = Object.fromEntries(parseSafetensorsHeader(bytes).metadata);
  expect(Buffer.compare(encodeSafetensors(entries, metadata), bytes)).toBe(0);
});
