import { TintypeError } from '@tintype/core-tensor';
import { expect, test } from 'vitest';
import { encodeNpy } from './encode-npy.ts';
import { numpyFiles } from './numpy-files.test-support.ts';
import { parseNpy } from './parse-npy.ts';

test.each([
  'rowMajor',
  'fortranOrder',
  'bigEndian',
  'bigEndianFortran',
  'versionTwo',
  'versionThree',
  'int64',
  'uint8',
] as const)('the %s array of NumPy is the same array', (name) => {
  expect(parseNpy(numpyFiles[name])).toEqual({ shape: [2, 3], values: Float64Array.of(0, 1, 2, 3, 4, 5) });
});

test('order and byte order are read, not guessed: without them the values are others', () => {
  const lie = (file: Uint8Array, from: string, to: string) => {
    const text = Buffer.from(file).toString('latin1');
    expect(text).toContain(from);
    return parseNpy(new Uint8Array(Buffer.from(text.replace(from, to), 'latin1'))).values;
  };
  expect([...lie(numpyFiles.fortranOrder, 'True, ', 'False,')]).toEqual([0, 3, 1, 4, 2, 5]);
  expect(lie(numpyFiles.bigEndian, '>f8', '<f8')[1]).toBeLessThan(1e-300);
});

test('a number without dimensions, and a view at an odd place', () => {
  expect(parseNpy(numpyFiles.scalar)).toEqual({ shape: [], values: Float64Array.of(7.5) });
  const padded = new Uint8Array(numpyFiles.rowMajor.length + 3);
  padded.set(numpyFiles.rowMajor, 3);
  expect(parseNpy(padded.subarray(3)).values[5]).toBe(5);
});

test('what is written is what NumPy writes, and reads back bit for bit', () => {
  const values = Float64Array.of(0, 1, 2, 3, 4, 5);
  expect(encodeNpy(values, [2, 3])).toEqual(numpyFiles.rowMajor);
  const odd = Float64Array.of(-0, Number.MIN_VALUE, Number.MAX_VALUE, Math.PI);
  expect(parseNpy(encodeNpy(odd, [4]))).toEqual({ shape: [4], values: odd });
});

const withHeader = (header: string, values = new Uint8Array(16)): Uint8Array => {
  const bytes = new Uint8Array(10 + header.length + values.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 0xff, header.length >> 8]);
  bytes.set(Buffer.from(header, 'latin1'), 10);
  bytes.set(values, 10 + header.length);
  return bytes;
};
const changed = (at: number, byte: number): Uint8Array => numpyFiles.rowMajor.slice().fill(byte, at, at + 1);
const right = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }";

test('keys in another order, other quotes and no last comma are a right header too', () => {
  for (const header of [
    right,
    `{"shape":(2),'fortran_order':False,'descr':"<f8"}\n`,
    "{ 'shape' : ( 2 , ) , 'descr' : '<f8' , 'fortran_order' : True }",
  ]) {
    expect(parseNpy(withHeader(header)).shape).toEqual([2]);
  }
});

test.each<[string, Uint8Array, RegExp]>([
  ['pickled objects', numpyFiles.objects, /Python objects hold pickles and are never read.*astype/],
  ['records', numpyFiles.records, /records are not read/],
  ['complex numbers', numpyFiles.complexNumbers, /type.*c16/],
  ['text', numpyFiles.text, /type.*U2/],
  ['half floats', numpyFiles.half, /got f2, expected one of f4, f8/],
  ['Fortran order of rank 3', numpyFiles.cube, /\[2, 2, 2\].*ascontiguousarray/],
  ['nothing', new Uint8Array(0), /no \.npy array \(got 0 bytes\)/],
  ['another magic number', changed(1, 0), /no \.npy array/],
  ['version 0', changed(6, 0), /version.*got 0/],
  ['version 4', changed(6, 4), /version.*got 4/],
  ['half a header', numpyFiles.rowMajor.subarray(0, 60), /cut short \(got 118 bytes/],
  [
    'a header of 4 GB',
    Uint8Array.of(...changed(6, 2).subarray(0, 8), 255, 255, 255, 255),
    /4294967295 bytes/,
  ],
  ['too few values', numpyFiles.rowMajor.subarray(0, -1), /got 47 bytes, expected 48 bytes/],
  ['trailing bytes', Uint8Array.of(...numpyFiles.rowMajor, 0), /got 49 bytes, expected 48 bytes/],
  ['no dictionary', withHeader('[1, 2]'), /not understood/],
  ['code', withHeader("__import__('os').system('true')"), /not understood/],
  ['a missing key', withHeader("{'descr': '<f8', 'shape': (2,)}"), /not understood/],
  ['a key twice', withHeader(right.replace(', }', ", 'shape': (2,), }")), /not understood/],
  ['an unknown key', withHeader(right.replace('}', "'__proto__': 1}")), /not understood/],
  ['an expression', withHeader(right.replace('(2,)', '(1+1,)')), /not understood/],
  ['a negative length', withHeader(right.replace('(2,)', '(-2,)')), /not understood/],
  ['a length beyond 2⁵³', withHeader(right.replace('(2,)', '(99999999999999999999,)')), /not understood/],
  [
    'a product beyond 2⁵³',
    withHeader(right.replace('(2,)', `(${'999999999,'.repeat(8)})`)),
    /another number/,
  ],
  ['rank 9', withHeader(right.replace('(2,)', '(1,1,1,1,1,1,1,1,2)')), /not understood/],
])('%s: refused', (_, bytes, message) => {
  const act = () => parseNpy(bytes, 'file');
  expect(act).toThrow(TintypeError);
  expect(act).toThrow(message);
  expect(act).toThrow(expect.objectContaining({ code: 'E_DATA' }));
});
