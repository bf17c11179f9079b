import { expect, test } from 'vitest';
import type { SafetensorsDtype } from './safetensors-dtype.ts';
import { safetensorsEntry, toFloat32, toInt32 } from './safetensors-values.ts';

function entryOf(dtype: SafetensorsDtype, values: ArrayBufferView) {
  const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { dtype, shape: [1], data };
}

test('aligned float32 is a view, unaligned a copy, both with every bit kept', () => {
  const values = new Float32Array(new Uint32Array([0x7fc0_1234, 0x8000_0000, 0x3f80_0000]).buffer);
  const view = toFloat32(safetensorsEntry(values, [3]));
  expect(view.buffer).toBe(values.buffer);
  const shifted = new Uint8Array(13);
  shifted.set(new Uint8Array(values.buffer), 1);
  const copy = toFloat32({ dtype: 'F32', shape: [3], data: shifted.subarray(1) });
  expect([...new Uint32Array(copy.buffer)]).toEqual([0x7fc0_1234, 0x8000_0000, 0x3f80_0000]);
});

test('every float16 has the value of its definition', () => {
  const halves = Uint16Array.from({ length: 65536 }, (_, index) => index);
  const values = toFloat32(entryOf('F16', halves));
  expect(values[0x3c00]).toBe(1);
  expect(values[0xc000]).toBe(-2);
  expect(values[0x7bff]).toBe(65504);
  expect(values[0x0001]).toBe(2 ** -24);
  expect(values[0x03ff]).toBe(1023 * 2 ** -24);
  expect(values[0x0400]).toBe(2 ** -14);
  expect(Object.is(values[0x8000], -0)).toBe(true);
  expect(values[0xfc00]).toBe(Number.NEGATIVE_INFINITY);
  expect(values[0x7e00]).toBeNaN();
  // Between neighbours of one sign the values grow.
  for (let half = 1; half < 0x7c00; half += 1) expect(values[half]! > values[half - 1]!).toBe(true);
});

test('bfloat16 is the upper half of float32', () => {
  expect([...toFloat32(entryOf('BF16', Uint16Array.of(0x3f80, 0xc040, 0x7f80, 0x0001)))]).toEqual([
    1,
    -3,
    Number.POSITIVE_INFINITY,
    new Float32Array(Uint32Array.of(0x0001_0000).buffer)[0],
  ]);
});

test('float64 and int64 are rounded to float32', () => {
  expect([...toFloat32(entryOf('F64', Float64Array.of(0.1, 1e300)))]).toEqual([
    Math.fround(0.1),
    Number.POSITIVE_INFINITY,
  ]);
  expect([...toFloat32(entryOf('I64', BigInt64Array.of(-3n, 16777217n)))]).toEqual([-3, 16777216]);
});

test('integers are read as int32, and what does not fit is refused', () => {
  expect([...toInt32(entryOf('I64', BigInt64Array.of(-3n, 7n)))]).toEqual([-3, 7]);
  expect([...toInt32(entryOf('BOOL', Uint8Array.of(0, 1)))]).toEqual([0, 1]);
  expect([...toInt32(entryOf('I16', Int16Array.of(-300)))]).toEqual([-300]);
  expect(() => toInt32(entryOf('I64', BigInt64Array.of(2n ** 31n)))).toThrow(/within int32/);
  expect(() => toInt32(entryOf('F32', Float32Array.of(1)))).toThrow(/integer type/);
  expect(() => toFloat32(entryOf('F8_E5M2', Uint8Array.of(1)))).toThrow(/cannot be converted/);
});

test('values in a Buffer of Node, whose slices share memory, are read from their own place', () => {
  const int32 = Buffer.from(Int32Array.of(11, 22, 33).buffer).subarray(4, 8);
  expect(toFloat32({ dtype: 'I32', shape: [1], data: int32 })).toEqual(Float32Array.of(22));
  expect(toInt32({ dtype: 'I32', shape: [1], data: int32 })).toEqual(Int32Array.of(22));
  const halves = Buffer.from(Uint16Array.of(0x3c00, 0xc000).buffer).subarray(2);
  expect(toFloat32({ dtype: 'F16', shape: [1], data: halves })).toEqual(Float32Array.of(-2));
  const floats = Buffer.from(Float32Array.of(1, 2).buffer);
  const unaligned = Buffer.concat([Buffer.of(0), floats]).subarray(1, 5);
  expect(toFloat32({ dtype: 'F32', shape: [1], data: unaligned })).toEqual(Float32Array.of(1));
});
