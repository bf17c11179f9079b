import { TintypeError } from '@tintype/backend';
import type { PngHeader } from './png-header.ts';

/** A pass of Adam7 interlacing: where its pixels start and how far apart they are. */
interface Pass {
  readonly left: number;
  readonly top: number;
  readonly acrossStep: number;
  readonly downStep: number;
}

const wholeImage: readonly Pass[] = [{ left: 0, top: 0, acrossStep: 1, downStep: 1 }];
const adam7: readonly Pass[] = [
  { left: 0, top: 0, acrossStep: 8, downStep: 8 },
  { left: 4, top: 0, acrossStep: 8, downStep: 8 },
  { left: 0, top: 4, acrossStep: 4, downStep: 8 },
  { left: 2, top: 0, acrossStep: 4, downStep: 4 },
  { left: 0, top: 2, acrossStep: 2, downStep: 4 },
  { left: 1, top: 0, acrossStep: 2, downStep: 2 },
  { left: 0, top: 1, acrossStep: 1, downStep: 2 },
];

interface PassSize extends Pass {
  readonly columns: number;
  readonly rows: number;
  readonly rowBytes: number;
}

function passesOf({ width, height, samples, depth, isInterlaced }: PngHeader): readonly PassSize[] {
  return (isInterlaced ? adam7 : wholeImage)
    .map((pass) => {
      const columns = Math.ceil((width - pass.left) / pass.acrossStep);
      const rows = Math.ceil((height - pass.top) / pass.downStep);
      return { ...pass, columns, rows, rowBytes: Math.ceil((columns * samples * depth) / 8) };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
}

/** Bytes of the filtered rows of an image: a filter byte each, and the samples. */
export function filteredLength(header: PngHeader): number {
  return passesOf(header).reduce((sum, { rows, rowBytes }) => sum + rows * (1 + rowBytes), 0);
}

/**
 * The samples of an image [height, width, samples], each at its own depth, from its filtered rows.
 * Undoes the filters in place.
 * @throws TintypeError `E_IMAGE` for an unknown filter
 */
export function readSamples(header: PngHeader, filtered: Uint8Array): Uint16Array {
  const { width, height, samples, depth } = header;
  const result = new Uint16Array(width * height * samples);
  const pixelBytes = Math.max(1, (samples * depth) / 8);
  let at = 0;
  for (const { left, top, acrossStep, downStep, columns, rows, rowBytes } of passesOf(header)) {
    let above = new Uint8Array(rowBytes);
    for (let row = 0; row < rows; row += 1) {
      const line = filtered.subarray(at + 1, at + 1 + rowBytes);
      undoFilter(filtered[at]!, line, above, pixelBytes);
      const start = (top + row * downStep) * width + left;
      for (let column = 0; column < columns; column += 1) {
        for (let sample = 0; sample < samples; sample += 1) {
          const target = (start + column * acrossStep) * samples + sample;
          result[target] = sampleAt(line, column * samples + sample, depth);
        }
      }
      above = line as Uint8Array<ArrayBuffer>;
      at += 1 + rowBytes;
    }
  }
  return result;
}

function sampleAt(line: Uint8Array, index: number, depth: number): number {
  if (depth === 8) return line[index]!;
  if (depth === 16) return line[2 * index]! * 256 + line[2 * index + 1]!;
  const bit = index * depth;
  return (line[bit >> 3]! >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}

/** PNG specification, 9.2; `back` is the distance to the same byte of the pixel before. */
function undoFilter(filter: number, line: Uint8Array, above: Uint8Array, back: number): void {
  const { length } = line;
  switch (filter) {
    case 0:
      break;
    case 1:
      for (let i = back; i < length; i += 1) line[i]! += line[i - back]!;
      break;
    case 2:
      for (let i = 0; i < length; i += 1) line[i]! += above[i]!;
      break;
    case 3:
      for (let i = 0; i < length; i += 1) line[i]! += ((i < back ? 0 : line[i - back]!) + above[i]!) >> 1;
      break;
    case 4:
      for (let i = 0; i < length; i += 1) {
        line[i]! += i < back ? above[i]! : paeth(line[i - back]!, above[i]!, above[i - back]!);
      }
      break;
    default:
      throw new TintypeError('E_IMAGE', { where: 'PNG', what: 'a row uses an unknown filter', got: filter });
  }
}

function paeth(left: number, up: number, upperLeft: number): number {
  const estimate = left + up - upperLeft;
  const toLeft = Math.abs(estimate - left);
  const toUp = Math.abs(estimate - up);
  const toUpperLeft = Math.abs(estimate - upperLeft);
  if (toLeft <= toUp && toLeft <= toUpperLeft) return left;
  return toUp <= toUpperLeft ? up : upperLeft;
}
