import { TintypeError } from '@tintype/core-tensor';
import { Inflate } from 'fflate';
import { crc32 } from './crc32.ts';
import { npzError } from './npz-error.ts';
import type { ZipEntry } from './zip-directory.ts';

/** A covariance of 4096 features in float64 is half of this. */
const largestSize = 256 * 2 ** 20;
const pieceLength = 2 ** 14;

/**
 * The content of a zip entry: a view where it is stored, a copy where it is deflated. Unpacking stops as soon as more comes
 * out than the entry announces, which is at most 256 MiB; the checksum must be right.
 * @throws TintypeError `E_DATA`
 */
export function unpackEntry(entry: ZipEntry, where: string): Uint8Array {
  if (entry.size > largestSize) {
    throw npzError(where, {
      what: 'the file is too large',
      got: entry.size,
      expected: `at most ${largestSize}`,
    });
  }
  const content = entry.isDeflated ? inflate(entry, where) : entry.packed;
  const crc = crc32(content);
  if (crc === entry.crc) return content;
  throw npzError(where, {
    what: 'the checksum is wrong: the file is damaged',
    got: crc,
    expected: entry.crc,
  });
}

function inflate({ packed, size }: ZipEntry, where: string): Uint8Array {
  const content = new Uint8Array(size);
  let at = 0;
  const stream = new Inflate((chunk) => {
    if (at + chunk.length > size) throw npzError(where, wrongSize(`more than ${size} bytes`, size));
    content.set(chunk, at);
    at += chunk.length;
  });
  try {
    for (let from = 0; from < packed.length; from += pieceLength) {
      stream.push(packed.subarray(from, from + pieceLength), from + pieceLength >= packed.length);
    }
  } catch (cause) {
    if (cause instanceof TintypeError) throw cause;
    throw npzError(where, { what: 'the file cannot be unpacked', cause });
  }
  if (at < size) throw npzError(where, wrongSize(`${at} bytes`, size));
  return content;
}

function wrongSize(got: string, size: number) {
  return { what: 'the file unpacks to another size than it says', got, expected: `${size} bytes` };
}
