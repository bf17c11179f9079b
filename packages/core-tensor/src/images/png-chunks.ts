import { TintypeError } from '@tintype/backend';

/** The chunks of a PNG that its pixels come from. */
export interface PngChunks {
  /** RGB triples. */
  readonly palette: Uint8Array | undefined;
  readonly transparency: Uint8Array | undefined;
  /** The compressed pixels, in pieces. */
  readonly data: readonly Uint8Array[];
}

const signatureLength = 8;
/** Length, type and checksum of a chunk. */
const chunkOverhead = 12;

/**
 * Walks the chunks of a PNG and checks the CRC of each. Chunks that a reader may leave out are left out, the frames
 * of an animation among them.
 * @throws TintypeError `E_IMAGE`
 */
export function readPngChunks(bytes: Uint8Array, where = 'PNG'): PngChunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = new Map<string, Uint8Array>();
  const data: Uint8Array[] = [];
  for (let at = signatureLength; !found.has('IEND'); ) {
    const length = at + chunkOverhead <= bytes.length ? view.getUint32(at) : Number.POSITIVE_INFINITY;
    if (at + chunkOverhead + length > bytes.length) refuse(where, 'the file is cut off');
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
      refuse(where, `the checksum of the chunk ${JSON.stringify(type)} is wrong`);
    }
    if (type === 'IDAT') data.push(content);
    else if (found.has(type) && isCritical(type)) refuse(where, `the chunk ${type} stands twice`);
    else if (knownChunks.includes(type)) found.set(type, content);
    else if (isCritical(type)) refuse(where, `the chunk ${JSON.stringify(type)} is unknown`);
    at += chunkOverhead + length;
  }
  if (data.length === 0) refuse(where, 'the file holds no pixels');
  return { palette: found.get('PLTE'), transparency: found.get('tRNS'), data };
}

const knownChunks = ['IHDR', 'PLTE', 'tRNS', 'IEND'];

/** A reader that does not know such a chunk cannot show the image: its name starts with a capital. */
function isCritical(type: string): boolean {
  return (type.charCodeAt(0) & 0x20) === 0;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = crcTable[(value ^ byte) & 0xff]! ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

function refuse(where: string, what: string): never {
  throw new TintypeError('E_IMAGE', { where, what, remedy: 'The file is damaged: export it again' });
}
