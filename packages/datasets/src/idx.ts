import { TintypeError } from '@tintype/core-tensor';

/** An array of unsigned bytes with its shape, as the IDX format of MNIST stores it. */
export interface IdxArray {
  readonly shape: readonly number[];
  /** Row-major; a view of the parsed bytes, not a copy. */
  readonly values: Uint8Array;
}

const unsignedByte = 0x08;
const largestRank = 8;
const gzipMagic = 0x1f8b;

/**
 * Reads an IDX file of unsigned bytes: two zero bytes, the element type, the rank, one big-endian uint32 per
 * dimension, then the values (LeCun, Cortes and Burges, "The MNIST database").
 * Throws `E_DATA` with the numbers read and expected; `where` names the file in the message.
 */
export function parseIdx(bytes: Uint8Array, where = 'parseIdx'): IdxArray {
  const rank = readRank(bytes, where);
  const headerLength = 4 + 4 * rank;
  if (bytes.length < headerLength) {
    throw damaged(where, `an IDX header of rank ${rank} is cut short`, bytes.length, `${headerLength} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const emptyAxis = shape.indexOf(0);
  if (emptyAxis !== -1) {
    throw damaged(where, `dimension ${emptyAxis} of the IDX file is 0`, shape, 'every dimension at least 1');
  }
  // Doubles hold the product of eight uint32 without overflow; rounding cannot reach a file's length.
  const count = shape.reduce((product, size) => product * size, 1);
  const received = bytes.length - headerLength;
  if (count !== received) {
    throw damaged(
      where,
      `the IDX file states [${shape.join(', ')}] but holds another number of values`,
      `${received} bytes`,
      `${count} bytes`,
    );
  }
  return { shape, values: bytes.subarray(headerLength) };
}

function readRank(bytes: Uint8Array, where: string): number {
  if (bytes.length < 4) throw damaged(where, 'the IDX file is cut short', bytes.length, 'at least 4 bytes');
  const [first = 0, second = 0, type = 0, rank = 0] = bytes;
  if (((first << 8) | second) === gzipMagic) {
    throw damaged(where, 'the file is gzip, not IDX', '0x1f8b', '0x0000', 'Unpack it first');
  }
  if (first !== 0 || second !== 0 || type !== unsignedByte) {
    throw damaged(where, 'wrong IDX magic number', hex(bytes), '0x000008 and the rank, unsigned bytes');
  }
  if (rank < 1 || rank > largestRank) {
    throw damaged(where, 'IDX rank out of range', rank, `1 to ${largestRank}`);
  }
  return rank;
}

function hex(bytes: Uint8Array): string {
  return `0x${[...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

function damaged(
  where: string,
  what: string,
  got: unknown,
  expected: unknown,
  remedy = 'The file is damaged or of another kind: fetch it again',
): TintypeError {
  return new TintypeError('E_DATA', { where, what, got, expected, remedy });
}
