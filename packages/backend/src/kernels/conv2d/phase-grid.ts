import type { ConvGeometry } from './geometry.ts';

// How the filter gradient avoids copying patches. The pixels of some images are laid out once as
//   grid[phase][channel][position],
// where a phase holds the pixels whose row and column leave the same remainders by the stride, and positions run
// over images, rows and columns with zeros between them. Then the pixels that one tap of the kernel sees, for all
// output positions, are one phase shifted by a constant: a view, not a copy. Output gradients are laid out over
// the same positions, with zeros where there is no output, so whatever a shifted view runs into is multiplied by 0.

export interface PhaseGrid {
  phases: number;
  /** Positions of one image; `columns` of one row of it. */
  rows: number;
  columns: number;
  /** Zeros in front of the first image. */
  lead: number;
  images: number;
  /** Positions in all: `lead` + images · rows · columns. */
  length: number;
  /** Zeros after the last phase, which shifted views may read. */
  tail: number;
}

/** Where the pixels of tap (row, column) are: their phase, and how far its positions are shifted. */
export interface Tap {
  phase: number;
  shift: number;
}

export function phaseGrid(geometry: ConvGeometry, images: number): PhaseGrid {
  const { height, width, outHeight, outWidth, kernelHeight, kernelWidth } = geometry;
  const { strideHeight, strideWidth, padTop, padLeft } = geometry;
  const vertical = axisLayout(height, outHeight, kernelHeight, strideHeight, padTop);
  const horizontal = axisLayout(width, outWidth, kernelWidth, strideWidth, padLeft);
  const lead = vertical.before * horizontal.length + horizontal.before;
  return {
    phases: strideHeight * strideWidth,
    rows: vertical.length,
    columns: horizontal.length,
    lead,
    images,
    length: lead + images * vertical.length * horizontal.length,
    tail: (vertical.before + vertical.last) * horizontal.length + horizontal.before + horizontal.last,
  };
}

export function tapAt(row: number, column: number, geometry: ConvGeometry, grid: PhaseGrid): Tap {
  const { strideHeight, strideWidth, padTop, padLeft } = geometry;
  const y = row - padTop;
  const x = column - padLeft;
  const shiftY = Math.floor(y / strideHeight);
  const shiftX = Math.floor(x / strideWidth);
  const phase = (y - shiftY * strideHeight) * strideWidth + (x - shiftX * strideWidth);
  return { phase, shift: grid.lead + shiftY * grid.columns + shiftX };
}

/** Writes images [images, height, width, channels] at `from` into a zeroed grid at `to`. */
export function layOutPixels(
  heap: Float32Array,
  from: number,
  to: number,
  { height, width, channels, strideHeight, strideWidth }: ConvGeometry,
  { images, rows, columns, lead, length }: PhaseGrid,
): void {
  for (let image = 0; image < images; image++) {
    for (let y = 0; y < height; y++) {
      const source = from + (image * height + y) * width * channels;
      const position = lead + (image * rows + Math.floor(y / strideHeight)) * columns;
      for (let first = 0; first < strideWidth; first++) {
        const phase = (y % strideHeight) * strideWidth + first;
        for (let channel = 0; channel < channels; channel++) {
          let target = to + (phase * channels + channel) * length + position;
          const end = source + width * channels;
          const step = strideWidth * channels;
          for (let i = source + first * channels + channel; i < end; i += step) heap[target++] = heap[i]!;
        }
      }
    }
  }
}

/** Writes output gradients [images, outHeight, outWidth, outChannels] at `from` as zeroed [length, outChannels]. */
export function layOutGradients(
  heap: Float32Array,
  from: number,
  to: number,
  { outHeight, outWidth, outChannels }: ConvGeometry,
  { images, rows, columns }: PhaseGrid,
): void {
  const run = outWidth * outChannels;
  for (let image = 0; image < images; image++) {
    for (let y = 0; y < outHeight; y++) {
      const source = from + (image * outHeight + y) * run;
      heap.copyWithin(to + (image * rows + y) * columns * outChannels, source, source + run);
    }
  }
}

/**
 * One axis: output o sees, with tap k, position o + ⌊(k − pad) ÷ stride⌋ of a phase. The zeros between two images
 * (or rows) serve as the end of the one and the beginning of the next.
 */
function axisLayout(size: number, outSize: number, kernel: number, stride: number, pad: number) {
  const phaseSize = Math.ceil(size / stride);
  const before = Math.ceil(pad / stride);
  const last = Math.floor((kernel - 1 - pad) / stride);
  const after = Math.max(0, outSize + last - phaseSize);
  return { before, last, length: Math.max(phaseSize + Math.max(before, after), outSize) };
}
