import { readNpyHeader } from './npy-header.ts';
import { npzError } from './npz-error.ts';

/** An array of numbers, row-major whatever its file has. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

type ReadNumber = (view: DataView, at: number, isLittleEndian: boolean) => number;

const types: ReadonlyMap<string, readonly [bytes: number, read: ReadNumber]> = new Map<
  string,
  readonly [number, ReadNumber]
>([
  ['f4', [4, (view, at, little) => view.getFloat32(at, little)]],
  ['f8', [8, (view, at, little) => view.getFloat64(at, little)]],
  ['i1', [1, (view, at) => view.getInt8(at)]],
  ['i2', [2, (view, at, little) => view.getInt16(at, little)]],
  ['i4', [4, (view, at, little) => view.getInt32(at, little)]],
  ['i8', [8, (view, at, little) => Number(view.getBigInt64(at, little))]],
  ['u1', [1, (view, at) => view.getUint8(at)]],
  ['u2', [2, (view, at, little) => view.getUint16(at, little)]],
  ['u4', [4, (view, at, little) => view.getUint32(at, little)]],
  ['u8', [8, (view, at, little) => Number(view.getBigUint64(at, little))]],
]);

/**
 * Reads an .npy array of numbers as float64: any byte order, row-major or, up to rank 2, Fortran order.
 * Any bytes give either the array or an error; pickled objects are refused.
 * @throws TintypeError `E_DATA`
 */
export function parseNpy(bytes: Uint8Array, where = 'parseNpy'): NpyArray {
  const { type, isLittleEndian, isFortranOrder, shape, dataStart } = readNpyHeader(bytes, where);
  const [size, read] = types.get(type) ?? [];
  if (size === undefined || read === undefined) {
    const expected = `one of ${[...types.keys()].join(', ')}`;
    throw npzError(where, { what: 'numbers of this type are not read', got: type, expected });
  }
  const count = shape.reduce((product, length) => product * length, 1);
  const received = bytes.length - dataStart;
  if (count * size !== received) {
    throw npzError(where, {
      what: `the array states [${shape.join(', ')}] but holds another number of values`,
      got: `${received} bytes`,
      expected: `${count * size} bytes`,
    });
  }
  if (isFortranOrder && shape.length > 2) {
    throw npzError(where, {
      what: 'arrays in Fortran order are read up to two dimensions',
      got: `[${shape.join(', ')}]`,
      remedy: 'Save numpy.ascontiguousarray(array)',
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataStart, received);
  const [rows = 1, columns = 1] = shape;
  const values = Float64Array.from({ length: count }, (_, i) => {
    // Row-major place i = row · columns + column lies at column · rows + row in Fortran order.
    const place = isFortranOrder ? (i % columns) * rows + Math.floor(i / columns) : i;
    return read(view, place * size, isLittleEndian);
  });
  return { shape, values };
}
