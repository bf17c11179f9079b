/**
 * From [-1, 1] to 0 … 255: round((x + 1) · 127.5), clipped; NaN becomes 0. Every 8-bit value survives the way to
 * [-1, 1] and back.
 */
export function toUint8(values: ArrayLike<number>): Uint8Array {
  const pixels = new Uint8Array(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const level = Math.round((values[index]! + 1) * 127.5);
    pixels[index] = level > 255 ? 255 : Math.max(level, 0);
  }
  return pixels;
}

/** From 0 … 255 to [-1, 1]: x / 127.5 − 1. */
export function fromUint8(pixels: ArrayLike<number>): Float32Array {
  const values = new Float32Array(pixels.length);
  for (let index = 0; index < pixels.length; index += 1) values[index] = pixels[index]! / 127.5 - 1;
  return values;
}
