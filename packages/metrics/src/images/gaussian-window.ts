/** Weights of a Gaussian window of odd length, summing to 1; the window in the plane is their outer product. */
export function gaussianWindow(length: number, deviation: number): Float64Array {
  const weights = Float64Array.from({ length }, (_, i) =>
    Math.exp(-((i - (length - 1) / 2) ** 2) / (2 * deviation ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Weighted means of a plane [height, width] wherever the window fits: [height − n + 1, width − n + 1]. */
export function smoothInside(
  plane: Float64Array,
  { height, width }: { readonly height: number; readonly width: number },
  window: Float64Array,
): Float64Array {
  const outWidth = width - window.length + 1;
  const outHeight = height - window.length + 1;
  const rows = new Float64Array(height * outWidth);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < outWidth; x++) rows[y * outWidth + x] = weigh(plane, y * width + x, 1, window);
  }
  const smoothed = new Float64Array(outHeight * outWidth);
  for (let i = 0; i < smoothed.length; i++) smoothed[i] = weigh(rows, i, outWidth, window);
  return smoothed;
}

function weigh(values: Float64Array, first: number, stride: number, window: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < window.length; k++) sum += window[k]! * values[first + k * stride]!;
  return sum;
}
