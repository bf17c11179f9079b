import { tf } from '@tintype/core-tensor';

export interface PointPictureOptions {
  /** Points of one picture. */
  readonly pointsPerImage: number;
  /** Side length in pixels, at least 2. */
  readonly imageSize: number;
}

/**
 * Points [n · pointsPerImage, 2] in [-1, 1], y upwards, as pictures [n, imageSize, imageSize, 1] in [-1, 1]: black dots on
 * white, each shared among the four pixels around it; what lies outside is left out.
 */
export function drawPointPictures(
  points: Float32Array,
  { pointsPerImage, imageSize }: PointPictureOptions,
): tf.Tensor4D {
  const area = imageSize ** 2;
  const count = points.length / (2 * pointsPerImage);
  const ink = new Float32Array(count * area);
  for (let i = 0; i < count * pointsPerImage; i++) {
    const [x, y] = [place(points[2 * i]!, imageSize), place(-points[2 * i + 1]!, imageSize)];
    if (x === undefined || y === undefined) continue;
    const corner = Math.floor(i / pointsPerImage) * area + y.pixel * imageSize + x.pixel;
    ink[corner]! += (1 - x.rest) * (1 - y.rest);
    ink[corner + 1]! += x.rest * (1 - y.rest);
    ink[corner + imageSize]! += (1 - x.rest) * y.rest;
    ink[corner + imageSize + 1]! += x.rest * y.rest;
  }
  const pixels = ink.map((amount) => 1 - 2 * Math.min(1, amount));
  return tf.tensor4d(pixels, [count, imageSize, imageSize, 1]);
}

/** The pixel at or before a place in [-1, 1], never the last, and how far beyond it, 0 to 1. */
function place(value: number, imageSize: number): { pixel: number; rest: number } | undefined {
  const at = ((value + 1) / 2) * (imageSize - 1);
  if (!(at >= 0 && at <= imageSize - 1)) return undefined;
  const pixel = Math.min(Math.floor(at), imageSize - 2);
  return { pixel, rest: at - pixel };
}
