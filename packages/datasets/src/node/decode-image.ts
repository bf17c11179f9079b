import { decodePng, TintypeError } from '@tintype/core-tensor';
import jpeg from 'jpeg-js';
import type { Raster } from '../resize-area.ts';

/** Refused before decoding: a small file may claim a huge picture. */
const largestMegapixels = 16;
const largestMegabytes = 512;

/** Decodes PNG or JPEG bytes by their signature. Throws `E_IMAGE` naming the file. */
export async function decodeImage(bytes: Uint8Array, where: string): Promise<Raster> {
  try {
    if (bytes[0] === 0x89 && bytes[1] === 0x50) return await decodePng(bytes, where);
    if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJpeg(bytes);
  } catch (cause) {
    if (cause instanceof TintypeError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TintypeError('E_IMAGE', { where, what: `the image cannot be decoded: ${reason}`, cause });
  }
  throw new TintypeError('E_IMAGE', {
    where,
    what: 'the file is neither PNG nor JPEG',
    got: bytes.length === 0 ? 'an empty file' : `first bytes ${bytes.subarray(0, 4).join(' ')}`,
    remedy: 'Convert it, or take it out of the folder',
  });
}

function decodeJpeg(bytes: Uint8Array): Raster {
  const { width, height, data } = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    maxResolutionInMP: largestMegapixels,
    maxMemoryUsageInMB: largestMegabytes,
  });
  return { height, width, channels: 3, values: data };
}
