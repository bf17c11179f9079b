import { TintypeError } from '@tintype/core-tensor';

/** One image in memory, row by row, channels last. */
export interface Raster {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** [height, width, channels], any range. */
  readonly values: Uint8Array | Float32Array;
}

/**
 * Area averaging: each new pixel is the mean of the old image over the rectangle it covers, partly covered pixels
 * by their share. Exact for constant images and for whole-number factors; keeps the mean of the image.
 * Writes into `target` from `offset` where given. Throws `E_IMAGE` for a size below 1.
 */
export function resizeArea(
  image: Raster,
  height: number,
  width: number,
  target: Float32Array = new Float32Array(height * width * image.channels),
  offset = 0,
): Float32Array {
  if (!(Number.isInteger(height) && Number.isInteger(width) && height >= 1 && width >= 1)) {
    throw new TintypeError('E_IMAGE', {
      where: 'resizeArea',
      what: 'an image has at least one pixel',
      got: [height, width],
      expected: 'integers of at least 1',
    });
  }
  const rows = areaWeights(image.height, height);
  const columns = areaWeights(image.width, width);
  const { channels, values } = image;
  let position = offset;
  for (const row of rows) {
    for (const column of columns) {
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let i = 0; i < row.weights.length; i++) {
          const line = (row.first + i) * image.width + column.first;
          let lineSum = 0;
          for (let j = 0; j < column.weights.length; j++) {
            lineSum += column.weights[j]! * values[(line + j) * channels + channel]!;
          }
          sum += row.weights[i]! * lineSum;
        }
        target[position++] = sum;
      }
    }
  }
  return target;
}

interface Span {
  readonly first: number;
  /** Shares of the old pixels from `first`; they sum to 1. */
  readonly weights: Float64Array;
}

const spans = new Map<string, readonly Span[]>();

function areaWeights(from: number, to: number): readonly Span[] {
  const key = `${from}:${to}`;
  const known = spans.get(key);
  if (known) return known;
  const computed = Array.from({ length: to }, (_, index) => {
    const start = (index * from) / to;
    const end = ((index + 1) * from) / to;
    const first = Math.floor(start);
    const last = Math.min(Math.ceil(end), from);
    const weights = Float64Array.from({ length: last - first }, (_, i) => {
      const covered = Math.min(end, first + i + 1) - Math.max(start, first + i);
      return Math.max(covered, 0) / (end - start);
    });
    return { first, weights };
  });
  if (spans.size > 64) spans.clear();
  spans.set(key, computed);
  return computed;
}
