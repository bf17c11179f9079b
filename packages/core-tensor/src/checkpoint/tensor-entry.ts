import { TintypeError, tf } from '@tintype/backend';
import { fromDiskLayout, type RawValues, type TensorLayout, toDiskLayout } from './layout.ts';
import type { SafetensorsDtype, SafetensorsEntry } from './safetensors-dtype.ts';

const diskTypes: Readonly<Record<string, SafetensorsDtype>> = { float32: 'F32', int32: 'I32', bool: 'BOOL' };
const memoryTypes: Readonly<Record<string, tf.DataType>> = { F32: 'float32', I32: 'int32', BOOL: 'bool' };

/** Reads a tensor out of its device, bit for bit, in the layout of the disk. Borrows the tensor. */
export async function tensorToEntry(tensor: tf.Tensor, layout: TensorLayout): Promise<SafetensorsEntry> {
  const dtype = diskTypes[tensor.dtype];
  if (dtype === undefined) throw unsupported(tensor.dtype);
  const values = await tensor.data();
  const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT } = values;
  const raw: RawValues =
    BYTES_PER_ELEMENT === 4
      ? new Uint32Array(buffer, byteOffset, byteLength / 4)
      : new Uint8Array(buffer, byteOffset, byteLength);
  const arranged = toDiskLayout(raw, tensor.shape, layout);
  const data = new Uint8Array(arranged.values.buffer, arranged.values.byteOffset, arranged.values.byteLength);
  return { dtype, shape: arranged.shape, data };
}

/** The dtype in memory of an entry that `tensorToEntry` made; `undefined` for types it never makes. */
export function memoryTypeOf(dtype: SafetensorsDtype): tf.DataType | undefined {
  return memoryTypes[dtype];
}

/** Makes a tensor of an entry that `tensorToEntry` made; the caller frees it. */
export function entryToTensor(entry: SafetensorsEntry, layout: TensorLayout): tf.Tensor {
  const dtype = memoryTypeOf(entry.dtype);
  if (dtype === undefined) throw unsupported(entry.dtype);
  const bytes = new Uint8Array(entry.data);
  const raw: RawValues = dtype === 'bool' ? bytes : new Uint32Array(bytes.buffer);
  const { values, shape } = fromDiskLayout(raw, entry.shape, layout);
  return tf.tensor(typedValues(values, dtype), [...shape], dtype);
}

/** The same bits under the type that tfjs expects. */
function typedValues(raw: RawValues, dtype: tf.DataType): Float32Array | Int32Array | Uint8Array {
  if (raw instanceof Uint8Array) return raw;
  return dtype === 'int32' ? new Int32Array(raw.buffer) : new Float32Array(raw.buffer);
}

function unsupported(dtype: string): TintypeError {
  return new TintypeError('E_CHECKPOINT', {
    what: 'a checkpoint cannot hold this type of tensor',
    got: dtype,
    expected: 'float32, int32 or bool',
  });
}
