import { crc32, deflateSync } from 'node:zlib';

export const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10);
export const colourTypes = {
  grey: [0, 1],
  rgb: [2, 3],
  palette: [3, 1],
  'grey-alpha': [4, 2],
  rgba: [6, 4],
} as const;

export interface Picture {
  readonly colour: keyof typeof colourTypes;
  readonly depth: number;
  readonly width: number;
  readonly height: number;
  /** Sample of a pixel, at the depth of the file. */
  readonly sample: (x: number, y: number, channel: number) => number;
}

export function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(content.length + 12);
  bytes.writeUInt32BE(content.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(content, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + content.length)), 8 + content.length);
  return bytes;
}

export function headerChunk({ colour, depth, width, height }: Picture, isInterlaced = false): Uint8Array {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt32BE(width, 0);
  bytes.writeUInt32BE(height, 4);
  bytes.set([depth, colourTypes[colour][0], 0, 0, isInterlaced ? 1 : 0], 8);
  return chunk('IHDR', bytes);
}

/** Rows of the pixels at [left + i·across, top + j·down], each with a filter byte: all five filters in turn. */
export function filteredRows(picture: Picture, [left, top, across, down]: readonly number[]): Uint8Array {
  const { colour, depth, width, height, sample } = picture;
  const channels = colourTypes[colour][1];
  const back = Math.max(1, (channels * depth) / 8);
  const rows: number[] = [];
  let above: number[] = [];
  for (let y = top!; y < height; y += down!) {
    const bits: string[] = [];
    for (let x = left!; x < width; x += across!) {
      for (let c = 0; c < channels; c += 1) bits.push(sample(x, y, c).toString(2).padStart(depth, '0'));
    }
    const line = (bits.join('').match(/.{1,8}/g) ?? []).map((byte) =>
      Number.parseInt(byte.padEnd(8, '0'), 2),
    );
    if (line.length === 0) continue;
    const filter = rows.length % 5;
    const filtered = line.map((value, i) => {
      const [a, b, c] = [line[i - back] ?? 0, above[i] ?? 0, above[i - back] ?? 0];
      const nearest = [a, b, c].reduce((best, each) =>
        Math.abs(a + b - c - each) < Math.abs(a + b - c - best) ? each : best,
      );
      return value - [0, a, b, (a + b) >> 1, nearest][filter]!;
    });
    rows.push(filter, ...filtered);
    above = line;
  }
  return Uint8Array.from(rows);
}

const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

export interface FileOptions {
  readonly isInterlaced?: boolean;
  readonly extra?: readonly Uint8Array[];
  readonly data?: Uint8Array;
}

export function pngOf(
  picture: Picture,
  { isInterlaced = false, extra = [], data }: FileOptions = {},
): Uint8Array {
  const passes = isInterlaced ? adam7 : [[0, 0, 1, 1]];
  const compressed = data ?? deflateSync(Buffer.concat(passes.map((pass) => filteredRows(picture, pass))));
  const half = compressed.length >> 1;
  const idat = [chunk('IDAT', compressed.subarray(0, half)), chunk('IDAT', compressed.subarray(half))];
  const parts = [
    signature,
    headerChunk(picture, isInterlaced),
    ...extra,
    ...idat,
    chunk('IEND', new Uint8Array(0)),
  ];
  return new Uint8Array(Buffer.concat(parts));
}

export function picture(colour: Picture['colour'], depth: number, width = 13, height = 11): Picture {
  return {
    colour,
    depth,
    width,
    height,
    sample: (x, y, c) =>
      ((x * 31 + y * 57 + c * 101 + x * y * 3) % 2 ** Math.min(depth, 12)) << Math.max(0, depth - 12),
  };
}
