import { TintypeError } from '@tintype/core-tensor';
import type { Raster } from './resize-area.ts';

/** Grey or colour; transparency is resolved before training. */
export type ColorChannels = 1 | 3;

/**
 * Grey, grey + alpha, RGB or RGBA (0 to 255) to grey or RGB. Alpha is laid over the background (0 to 255); grey is
 * the luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B. Throws `E_IMAGE` for other channel counts.
 */
export function convertChannels(image: Raster, channels: ColorChannels, background: number): Raster {
  const { height, width, values } = image;
  if (![1, 2, 3, 4].includes(image.channels)) {
    throw new TintypeError('E_IMAGE', { what: 'unknown channels', got: image.channels, expected: '1 to 4' });
  }
  const hasAlpha = image.channels % 2 === 0;
  const colors = image.channels < 3 ? 1 : 3;
  const converted = new Float32Array(height * width * channels);
  for (let pixel = 0; pixel < height * width; pixel++) {
    const start = pixel * image.channels;
    const alpha = hasAlpha ? values[start + colors]! / 255 : 1;
    const over = (channel: number) =>
      values[start + Math.min(channel, colors - 1)]! * alpha + background * (1 - alpha);
    if (channels === 3) for (let c = 0; c < 3; c++) converted[3 * pixel + c] = over(c);
    else converted[pixel] = colors === 1 ? over(0) : 0.299 * over(0) + 0.587 * over(1) + 0.114 * over(2);
  }
  return { height, width, channels, values: converted };
}
