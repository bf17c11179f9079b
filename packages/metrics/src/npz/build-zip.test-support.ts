import { deflateSync } from 'fflate';
import { crc32 } from './crc32.ts';

/** One file of a zip, with whatever its headers are to claim instead of the truth. */
export interface ZippedFile {
  readonly name: string;
  readonly content: Uint8Array;
  readonly isDeflated?: boolean;
  readonly claims?: {
    readonly size?: number;
    readonly crc?: number;
    readonly method?: number;
    readonly flags?: number;
  };
}

/** A zip file; numbers in its directory are right but for the claims. */
export function buildZip(files: readonly ZippedFile[], claimedCount = files.length): Uint8Array {
  const locals: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, content, isDeflated = false, claims = {} } of files) {
    const packed = isDeflated ? deflateSync(content) : content;
    const nameBytes = new TextEncoder().encode(name);
    const { flags = 0, method = isDeflated ? 8 : 0, crc = crc32(content), size = content.length } = claims;
    const shared = [
      ...[u16(20), u16(flags), u16(method), u32(0), u32(crc), u32(packed.length), u32(size)],
      ...[u16(nameBytes.length), u16(0)],
    ].flat();
    const local = Uint8Array.from([...u32(0x04034b50), ...shared, ...nameBytes]);
    locals.push(local, packed);
    directory.push(
      Uint8Array.from([
        ...[...u32(0x02014b50), ...u16(20), ...shared],
        ...[...u16(0), ...u16(0), ...u16(0), ...u32(0), ...u32(offset), ...nameBytes],
      ]),
    );
    offset += local.length + packed.length;
  }
  const directoryLength = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Uint8Array.from([
    ...[...u32(0x06054b50), ...u16(0), ...u16(0), ...u16(claimedCount), ...u16(claimedCount)],
    ...[...u32(directoryLength), ...u32(offset), ...u16(0)],
  ]);
  return joined([...locals, ...directory, end]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const u16 = (value: number): number[] => [value & 0xff, (value >>> 8) & 0xff];
const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16(value >>> 16)];
