import { TintypeError } from '@tintype/backend';
import type { SafetensorsDtype, SafetensorsEntry } from './safetensors-dtype.ts';

/** Makes an entry of values on the host: Float32Array → F32, Int32Array → I32, Uint8Array → U8. Shares memory. */
export function safetensorsEntry(
  values: Float32Array | Int32Array | Uint8Array,
  shape: readonly number[],
): SafetensorsEntry {
  const dtype = values instanceof Float32Array ? 'F32' : values instanceof Int32Array ? 'I32' : 'U8';
  return { dtype, shape, data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/**
 * The values of an entry as float32: exact for F32, F16, BF16 and 8- and 16-bit integers, rounded to nearest for
 * F64, I64, U64, I32 and U32. F32 that lies aligned is returned as a view, everything else as a copy.
 * @throws TintypeError `E_SAFETENSORS` for the 8-bit float types
 */
export function toFloat32({ dtype, data }: SafetensorsEntry): Float32Array {
  switch (dtype) {
    case 'F32': {
      const { buffer, byteOffset } = isAligned(data, 4) ? data : new Uint8Array(data);
      return new Float32Array(buffer, byteOffset, data.byteLength / 4);
    }
    case 'BF16':
      return bfloat16ToFloat32(new Uint16Array(new Uint8Array(data).buffer));
    case 'F16':
      return Float32Array.from(new Uint16Array(new Uint8Array(data).buffer), float16ToNumber);
    default:
      return Float32Array.from(numbersOf(dtype, data));
  }
}

/**
 * The values of an integer or boolean entry as int32.
 * @throws TintypeError `E_SAFETENSORS` for float types and for values beyond int32
 */
export function toInt32({ dtype, data }: SafetensorsEntry): Int32Array {
  if (dtype.startsWith('F') || dtype === 'BF16') unsupported(dtype, 'an integer type');
  return Int32Array.from(numbersOf(dtype, data), (value) => {
    if (value !== (value | 0)) unsupported(String(value), 'values within int32');
    return value;
  });
}

function numbersOf(dtype: SafetensorsDtype, data: Uint8Array): ArrayLike<number> {
  const { buffer } = new Uint8Array(data);
  switch (dtype) {
    case 'F64':
      return new Float64Array(buffer);
    case 'I64':
      return Array.from(new BigInt64Array(buffer), Number);
    case 'U64':
      return Array.from(new BigUint64Array(buffer), Number);
    case 'I32':
      return new Int32Array(buffer);
    case 'U32':
      return new Uint32Array(buffer);
    case 'I16':
      return new Int16Array(buffer);
    case 'U16':
      return new Uint16Array(buffer);
    case 'I8':
      return new Int8Array(buffer);
    case 'U8':
    case 'BOOL':
      return new Uint8Array(buffer);
    default:
      return unsupported(dtype, 'a type that converts');
  }
}

function isAligned(data: Uint8Array, size: number): boolean {
  return data.byteOffset % size === 0;
}

function bfloat16ToFloat32(halves: Uint16Array): Float32Array {
  const words = Uint32Array.from(halves, (half) => half << 16);
  return new Float32Array(words.buffer);
}

function float16ToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function unsupported(got: string, expected: string): never {
  throw new TintypeError('E_SAFETENSORS', { what: 'the values cannot be converted', got, expected });
}
