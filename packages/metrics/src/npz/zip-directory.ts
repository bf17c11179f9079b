import { npzError } from './npz-error.ts';

/** One file inside a zip, as the directory at its end says. */
export interface ZipEntry {
  readonly name: string;
  readonly isDeflated: boolean;
  readonly crc: number;
  /** As it lies in the file. */
  readonly packed: Uint8Array;
  /** Bytes when unpacked. */
  readonly size: number;
}

const mostEntries = 10_000;
const endLength = 22;
const longestComment = 65_535;
const entryLength = 46;
const localLength = 30;
/** Deflate cannot do better than 1032; whoever says more is lying. */
const largestRatio = 1_100;

/**
 * The entries of a zip file by name, as views into `bytes`; nothing is unpacked. Stored and deflated entries only: no
 * encryption, no zip64 (a file for which that is needed is far too large here).
 * APPNOTE.TXT of PKWARE, sections 4.3.7 to 4.3.16.
 * @throws TintypeError `E_DATA`
 */
export function readZipDirectory(bytes: Uint8Array, where: string): ReadonlyMap<string, ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view, where);
  const count = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  if (count > mostEntries) {
    throw npzError(where, {
      what: 'the zip holds too many files',
      got: count,
      expected: `at most ${mostEntries}`,
    });
  }
  const entries = new Map<string, ZipEntry>();
  let at = start;
  for (let index = 0; index < count; index++) {
    if (at + entryLength > end || view.getUint32(at, true) !== 0x02014b50) {
      throw npzError(where, {
        what: `entry ${index} of the zip's directory is damaged`,
        got: `offset ${at}`,
      });
    }
    const nameLength = view.getUint16(at + 28, true);
    const next =
      at + entryLength + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) throw npzError(where, { what: `entry ${index} of the zip's directory is cut short` });
    const entry = readEntry(bytes, view, at, nameLength, where);
    if (entries.has(entry.name)) {
      throw npzError(where, { what: 'the zip holds two files of one name', got: entry.name });
    }
    entries.set(entry.name, entry);
    at = next;
  }
  return entries;
}

/** The end record stands last, but for a comment. */
function findEnd(view: DataView, where: string): number {
  const first = Math.max(0, view.byteLength - endLength - longestComment);
  for (let at = view.byteLength - endLength; at >= first; at--) {
    if (view.getUint32(at, true) === 0x06054b50) return at;
  }
  throw npzError(where, {
    what: 'the file is no zip archive, or cut short',
    got: `${view.byteLength} bytes`,
    remedy: 'Pass the bytes of an .npz file, as numpy.savez writes it',
  });
}

function readEntry(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  nameLength: number,
  where: string,
): ZipEntry {
  const name = latin1(bytes.subarray(at + entryLength, at + entryLength + nameLength));
  const place = `${where}: ${JSON.stringify(name)}`;
  const method = view.getUint16(at + 10, true);
  const isEncrypted = (view.getUint16(at + 8, true) & 1) === 1;
  if (isEncrypted || (method !== 0 && method !== 8)) {
    const got = isEncrypted ? 'encrypted' : `method ${method}`;
    throw npzError(place, { what: 'the file is packed in another way', got, expected: 'stored or deflated' });
  }
  const packedSize = view.getUint32(at + 20, true);
  const size = view.getUint32(at + 24, true);
  const local = view.getUint32(at + 42, true);
  if (size > packedSize * largestRatio || (method === 0 && size !== packedSize)) {
    throw npzError(place, {
      what: 'the sizes cannot be',
      got: `${packedSize} bytes packed, ${size} unpacked`,
    });
  }
  if (local + localLength > bytes.length || view.getUint32(local, true) !== 0x04034b50) {
    throw npzError(place, { what: 'there is no file where the directory says', got: `offset ${local}` });
  }
  const start = local + localLength + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + packedSize > bytes.length) {
    throw npzError(place, {
      what: 'the file is cut short',
      got: `${Math.max(0, bytes.length - start)} bytes`,
      expected: packedSize,
    });
  }
  const packed = bytes.subarray(start, start + packedSize);
  return { name, isDeflated: method === 8, crc: view.getUint32(at + 16, true), packed, size };
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 1024));
}
