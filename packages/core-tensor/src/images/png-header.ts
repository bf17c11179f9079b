import { TintypeError } from '@tintype/backend';

/** What a PNG says about itself before any pixel. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  readonly colour: PngColour;
  /** Samples a pixel in the file: 1 for a palette. */
  readonly samples: number;
  /** Channels of the decoded image, without what a tRNS chunk adds. */
  readonly channels: number;
  readonly isInterlaced: boolean;
}

type PngColour = 'grey' | 'rgb' | 'palette' | 'grey-alpha' | 'rgba';

interface ColourType {
  readonly colour: PngColour;
  readonly samples: number;
  readonly channels: number;
  readonly depths: readonly number[];
}

/** PNG specification, table 11.1. */
const colourTypes: ReadonlyMap<number, ColourType> = new Map([
  [0, { colour: 'grey', samples: 1, channels: 1, depths: [1, 2, 4, 8, 16] }],
  [2, { colour: 'rgb', samples: 3, channels: 3, depths: [8, 16] }],
  [3, { colour: 'palette', samples: 1, channels: 3, depths: [1, 2, 4, 8] }],
  [4, { colour: 'grey-alpha', samples: 2, channels: 2, depths: [8, 16] }],
  [6, { colour: 'rgba', samples: 4, channels: 4, depths: [8, 16] }],
]);

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const headerEnd = 33;

/** Larger images are refused before decoding: 62 kB of PNG can hold 64 MB. */
export const maxPixels = 16 * 1024 * 1024;

/**
 * Reads signature and IHDR of a PNG.
 * @throws TintypeError `E_IMAGE` for anything else, and above 16 Mpx
 */
export function readPngHeader(bytes: Uint8Array, where = 'PNG'): PngHeader {
  if (signature.some((byte, index) => bytes[index] !== byte)) refuse(where, 'the file is not a PNG');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // 0x49484452 is IHDR.
  if (bytes.length < headerEnd || view.getUint32(8) !== 13 || view.getUint32(12) !== 0x49484452) {
    refuse(where, 'the header of the PNG is missing or cut off');
  }
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (width === 0 || height === 0) refuse(where, 'the image has no pixels', `${width} x ${height}`);
  if (width * height > maxPixels)
    refuse(where, 'the image is too large', `${width} x ${height}`, `${maxPixels} pixels`);
  const [depth, type, compression, filter, interlace] = bytes.subarray(24, 29) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  const colourType = colourTypes.get(type);
  if (colourType === undefined || !colourType.depths.includes(depth)) {
    return refuse(where, 'there is no such colour type of PNG', `type ${type} with ${depth} bits`);
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    refuse(where, 'the PNG uses an unknown method', `${compression}, ${filter}, ${interlace}`);
  }
  const { colour, samples, channels } = colourType;
  return { width, height, depth, colour, samples, channels, isInterlaced: interlace === 1 };
}

function refuse(where: string, what: string, got?: unknown, expected?: unknown): never {
  throw new TintypeError('E_IMAGE', { where, what, got, expected });
}
