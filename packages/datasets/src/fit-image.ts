import { type Raster, resizeArea } from './resize-area.ts';

/**
 * How a picture becomes a square: `crop` resizes the shorter side and takes the centre, `stretch` resizes both sides,
 * `pad` resizes the longer side and fills the rest with the background.
 */
export type ImageFit = 'crop' | 'stretch' | 'pad';

/** A square image of `imageSize` × `imageSize` pixels; `background` (0 to 255) fills what `pad` leaves. */
export function fitImage(image: Raster, imageSize: number, fit: ImageFit, background: number): Raster {
  const { height, width, channels } = image;
  if (fit === 'stretch') {
    return { height: imageSize, width: imageSize, channels, values: resizeArea(image, imageSize, imageSize) };
  }
  const side = fit === 'crop' ? Math.min(height, width) : Math.max(height, width);
  return withCentre(image, side, imageSize, background);
}

/** The centred square of `side` pixels, beyond the picture filled with the background, resized. */
function withCentre(image: Raster, side: number, imageSize: number, background: number): Raster {
  const { height, width, channels, values } = image;
  const top = Math.floor((height - side) / 2);
  const left = Math.floor((width - side) / 2);
  const square = new Float32Array(side * side * channels).fill(background);
  for (let y = Math.max(0, -top); y < Math.min(side, height - top); y++) {
    const from = Math.max(0, -left);
    const to = Math.min(side, width - left);
    const start = ((y + top) * width + from + left) * channels;
    square.set(values.subarray(start, start + (to - from) * channels), (y * side + from) * channels);
  }
  const source = { height: side, width: side, channels, values: square };
  return { height: imageSize, width: imageSize, channels, values: resizeArea(source, imageSize, imageSize) };
}
