import { TintypeError } from '@tintype/backend';
import { encode } from 'fast-png';
import type { PixelImage } from './pixel-image.ts';

/**
 * Writes an 8-bit PNG. Equal images give equal bytes.
 * @throws TintypeError `E_IMAGE` where size and values do not fit
 */
export function encodePng({ width, height, channels, values }: PixelImage): Uint8Array {
  const isImage = width > 0 && height > 0 && channels >= 1 && channels <= 4;
  if (!isImage || values.length !== width * height * channels) {
    throw new TintypeError('E_IMAGE', {
      where: 'encodePng',
      what: 'the values do not fit the size of the image',
      got: `${values.length} values`,
      expected: `${width} x ${height} x ${channels}, with 1 to 4 channels`,
    });
  }
  return encode({ width, height, channels, depth: 8, data: values });
}
