import { tf } from '@tintype/core-tensor';

/** Ten colours that are told apart, as [r, g, b] of 255 (Tableau 10). */
const colors = [
  [78, 121, 167],
  [242, 142, 43],
  [225, 87, 89],
  [118, 183, 178],
  [89, 161, 79],
  [237, 201, 72],
  [176, 122, 161],
  [255, 157, 167],
  [156, 117, 95],
  [80, 80, 80],
] as const;

const side = 420;
/** Of the points at either end of an axis; they lie on the border. */
const outliers = 0.005;

/** Points [n][2] as dots of 2×2 pixels in the colours of their classes, on white: one image [1, side, side, 3] in [-1, 1]. */
export function scatterPlot(points: Float32Array, labels: ArrayLike<number>): tf.Tensor4D {
  const count = points.length / 2;
  const place = [0, 1].map((axis) => {
    const sorted = Float32Array.from({ length: count }, (_, i) => points[2 * i + axis]!).sort();
    const low = sorted[Math.floor(outliers * count)]!;
    const high = sorted[Math.ceil((1 - outliers) * count) - 1]!;
    return (value: number) => {
      const share = Math.min(1, Math.max(0, (value - low) / Math.max(high - low, 1e-12)));
      return Math.round(share * (side - 2));
    };
  });
  const pixels = new Float32Array(side * side * 3).fill(1);
  for (let i = 0; i < count; i++) {
    const [x, y] = [place[0]!(points[2 * i]!), place[1]!(points[2 * i + 1]!)];
    const color = colors[labels[i]! % colors.length]!;
    for (const offset of [0, 1, side, side + 1])
      for (const [channel, level] of color.entries())
        pixels[3 * (y * side + x + offset) + channel] = level / 127.5 - 1;
  }
  return tf.tensor4d(pixels, [1, side, side, 3]);
}
