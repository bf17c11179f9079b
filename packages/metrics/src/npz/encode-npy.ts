/** An .npy file, version 1: float64, or int64 for whole numbers such as counts; row-major, little-endian. */
export function encodeNpy(values: Float64Array | BigInt64Array, shape: readonly number[]): Uint8Array {
  const type = values instanceof Float64Array ? '<f8' : '<i8';
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary = `{'descr': '${type}', 'fortran_order': False, 'shape': (${tuple}), }`;
  // Magic, version and length take 10 bytes; values begin at a multiple of 64.
  const headerLength = Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 10;
  const bytes = new Uint8Array(10 + headerLength + 8 * values.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, headerLength, true);
  bytes.set(new TextEncoder().encode(`${dictionary.padEnd(headerLength - 1)}\n`), 10);
  for (let i = 0, at = 10 + headerLength; i < values.length; i++, at += 8) {
    if (values instanceof Float64Array) view.setFloat64(at, values[i]!, true);
    else view.setBigInt64(at, values[i]!, true);
  }
  return bytes;
}
