import { crc32, deflateSync } from 'node:zlib';
import { TintypeError } from '@tintype/backend';
import { decode, encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { decodePng } from './decode-png.ts';
import { encodePng } from './encode-png.ts';
import { maxPixels } from './png-header.ts';

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10);
const colourTypes = {
  grey: [0, 1],
  rgb: [2, 3],
  palette: [3, 1],
  'grey-alpha': [4, 2],
  rgba: [6, 4],
} as const;

interface Picture {
  readonly colour: keyof typeof colourTypes;
  readonly depth: number;
  readonly width: number;
  readonly height: number;
  /** Sample of a pixel, at the depth of the file. */
  readonly sample: (x: number, y: number, channel: number) => number;
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(content.length + 12);
  bytes.writeUInt32BE(content.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(content, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + content.length)), 8 + content.length);
  return bytes;
}

function headerChunk({ colour, depth, width, height }: Picture, isInterlaced = false): Uint8Array {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt32BE(width, 0);
  bytes.writeUInt32BE(height, 4);
  bytes.set([depth, colourTypes[colour][0], 0, 0, isInterlaced ? 1 : 0], 8);
  return chunk('IHDR', bytes);
}

/** Rows of the pixels at [left + i·across, top + j·down], each with a filter byte: all five filters in turn. */
function filteredRows(picture: Picture, [left, top, across, down]: readonly number[]): Uint8Array {
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

interface FileOptions {
  readonly isInterlaced?: boolean;
  readonly extra?: readonly Uint8Array[];
  readonly data?: Uint8Array;
}

function pngOf(picture: Picture, { isInterlaced = false, extra = [], data }: FileOptions = {}): Uint8Array {
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

function picture(colour: Picture['colour'], depth: number, width = 13, height = 11): Picture {
  return {
    colour,
    depth,
    width,
    height,
    sample: (x, y, c) =>
      ((x * 31 + y * 57 + c * 101 + x * y * 3) % 2 ** Math.min(depth, 12)) << Math.max(0, depth - 12),
  };
}

const cases = [
  ...[1, 2, 4, 8, 16].map((depth) => ['grey', depth] as const),
  ...(['rgb', 'grey-alpha', 'rgba'] as const).flatMap((colour) =>
    [8, 16].map((depth) => [colour, depth] as const),
  ),
];

describe.each([false, true])('interlaced %s', (isInterlaced) => {
  test.each(cases)(
    '%s of %i bits is read right, 16 bits rounded to the nearest of 256 levels',
    async (colour, depth) => {
      for (const [width, height] of [
        [13, 11],
        [1, 1],
        [8, 8],
        [3, 2],
      ]) {
        const source = picture(colour, depth, width, height);
        const channels = colourTypes[colour][1];
        const expected: number[] = [];
        for (let y = 0; y < source.height; y += 1) {
          for (let x = 0; x < source.width; x += 1) {
            for (let c = 0; c < channels; c += 1)
              expected.push(Math.round((source.sample(x, y, c) / (2 ** depth - 1)) * 255));
          }
        }
        expect(await decodePng(pngOf(source, { isInterlaced }))).toEqual({
          width,
          height,
          channels,
          values: Uint8Array.from(expected),
        });
      }
    },
  );

  test.each([1, 2, 4, 8])('a palette of %i bits becomes RGB, with transparency RGBA', async (depth) => {
    const source = picture('palette', depth);
    const palette = Uint8Array.from({ length: 3 * 2 ** depth }, (_, i) => (i * 37) % 256);
    const alpha = Uint8Array.of(0, 128);
    const rgb = await decodePng(pngOf(source, { isInterlaced, extra: [chunk('PLTE', palette)] }));
    const rgba = await decodePng(
      pngOf(source, { isInterlaced, extra: [chunk('PLTE', palette), chunk('tRNS', alpha)] }),
    );
    expect([rgb.channels, rgba.channels]).toEqual([3, 4]);
    for (let pixel = 0; pixel < 13 * 11; pixel += 1) {
      const colour = source.sample(pixel % 13, Math.floor(pixel / 13), 0);
      const entry = [...palette.subarray(colour * 3, colour * 3 + 3)];
      expect([...rgb.values.subarray(pixel * 3, pixel * 3 + 3)]).toEqual(entry);
      expect([...rgba.values.subarray(pixel * 4, pixel * 4 + 4)]).toEqual([...entry, alpha[colour] ?? 255]);
    }
  });
});

test('a transparent colour of grey or RGB becomes an alpha channel', async () => {
  const grey = { ...picture('grey', 16, 2, 1), sample: (x: number) => 0x1234 + x };
  const greyAlpha = await decodePng(pngOf(grey, { extra: [chunk('tRNS', Uint8Array.of(0x12, 0x35))] }));
  expect([greyAlpha.channels, ...greyAlpha.values]).toEqual([2, 18, 255, 18, 0]);
  const rgb = { ...picture('rgb', 8, 2, 1), sample: (x: number, _: number, c: number) => x * 10 + c };
  const rgba = await decodePng(pngOf(rgb, { extra: [chunk('tRNS', Uint8Array.of(0, 0, 0, 1, 0, 2))] }));
  expect([...rgba.values]).toEqual([0, 1, 2, 0, 10, 11, 12, 255]);
});

test('of an animation the still image is read', async () => {
  const source = picture('rgb', 8, 3, 2);
  const frames = chunk('acTL', Uint8Array.of(0, 0, 0, 2, 0, 0, 0, 0));
  const frame = chunk('fdAT', Uint8Array.of(0, 0, 0, 1, 9, 9, 9));
  const animated = pngOf(source, { extra: [frames, chunk('fcTL', new Uint8Array(26)), frame] });
  expect(await decodePng(animated)).toEqual(await decodePng(pngOf(source)));
});

test.each([1, 2, 3, 4])(
  'what was written with %i channels is read again, by fast-png too',
  async (channels) => {
    const values = Uint8Array.from({ length: 7 * 5 * channels }, (_, i) => (i * 73) % 256);
    const image = { width: 7, height: 5, channels, values };
    const bytes = encodePng(image);
    expect(await decodePng(bytes)).toEqual(image);
    expect(decode(bytes).data).toEqual(values);
    expect(encodePng(image)).toEqual(bytes);
    const interlaced = encode({ ...image, data: values, depth: 8 }, { interlace: 'Adam7' });
    expect(await decodePng(interlaced)).toEqual(image);
  },
);

test('values that do not fit the size cannot be written', () => {
  const attempt = () => encodePng({ width: 2, height: 2, channels: 3, values: new Uint8Array(11) });
  expect(attempt).toThrow(expect.objectContaining({ code: 'E_IMAGE' }));
});

describe('a damaged or hostile file is refused with E_IMAGE', () => {
  const good = pngOf(picture('rgb', 8));
  const rgb = picture('rgb', 8);
  const changed = (change: (bytes: Uint8Array) => void) => {
    const bytes = good.slice();
    change(bytes);
    return bytes;
  };
  const announced = (width: number, height: number, data = deflateSync(new Uint8Array(100))) =>
    pngOf({ ...rgb, width, height }, { data });
  const palette = chunk('PLTE', Uint8Array.of(1, 2, 3));

  test.each([
    ['nothing', new Uint8Array(0), /not a PNG/],
    ['a wrong signature', changed((bytes) => bytes.fill(0x88, 0, 1)), /not a PNG/],
    ['a JPEG', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), /not a PNG/],
    ['a signature alone', signature, /header of the PNG is missing/],
    ['a wrong checksum of the header', changed((bytes) => (bytes[30]! ^= 1)), /checksum of the chunk "IHDR"/],
    ['a wrong checksum of the pixels', changed((bytes) => (bytes[45]! ^= 1)), /checksum of the chunk "IDAT"/],
    ['a file cut off', good.subarray(0, good.length - 20), /cut off/],
    ['a chunk longer than the file', changed((bytes) => bytes.fill(0x7f, 33, 34)), /cut off/],
    ['a size of 0', announced(0, 5), /no pixels/],
    ['more than 16 Mpx', announced(maxPixels + 1, 1), /too large/],
    ['a size of 2^32 − 1', announced(2 ** 32 - 1, 2 ** 32 - 1), /too large/],
    ['colour type 5', changed((bytes) => (bytes[25] = 5)), /no such colour type/],
    ['RGB of 4 bits', changed((bytes) => (bytes[24] = 4)), /no such colour type/],
    ['interlacing method 2', changed((bytes) => (bytes[28] = 2)), /unknown method/],
    [
      'IDAT cut off inside the compressed data',
      pngOf(rgb, { data: deflateSync(filteredRows(rgb, [0, 0, 1, 1])).subarray(0, 60) }),
      /decompressed|fewer/,
    ],
    [
      'pixels that are not compressed data',
      pngOf(rgb, { data: Uint8Array.of(1, 2, 3, 4, 5, 6) }),
      /decompressed/,
    ],
    ['fewer pixels than announced', announced(13, 11), /fewer pixels/],
    ['more pixels than announced', announced(2, 2), /more pixels/],
    [
      'an unknown filter',
      pngOf({ ...rgb, width: 1, height: 1 }, { data: deflateSync(Uint8Array.of(9, 1, 2, 3)) }),
      /unknown filter/,
    ],
    [
      'an unknown critical chunk',
      pngOf(rgb, { extra: [chunk('ABCD', new Uint8Array(1))] }),
      /"ABCD" is unknown/,
    ],
    ['two palettes', pngOf(picture('palette', 1), { extra: [palette, palette] }), /stands twice/],
    ['no palette', pngOf(picture('palette', 1)), /palette is missing/],
    ['a palette that lacks a colour', pngOf(picture('palette', 1), { extra: [palette] }), /palette lacks/],
    [
      'no pixels at all',
      new Uint8Array(Buffer.concat([signature, headerChunk(rgb), chunk('IEND', new Uint8Array(0))])),
      /no pixels/,
    ],
  ])('%s', async (_, bytes, message) => {
    await expect(decodePng(bytes, 'x.png')).rejects.toMatchObject({
      code: 'E_IMAGE',
      message: expect.stringMatching(message),
    });
  });
});

test('a small file that holds 256 MB stops at the size it announces, where fast-png decompresses it all', async () => {
  const tiny = { ...picture('rgb', 8, 2, 2) };
  const bomb = pngOf(tiny, { data: deflateSync(new Uint8Array(256 * 1024 * 1024)) });
  expect(bomb.length).toBeLessThan(300_000);
  const before = process.memoryUsage().arrayBuffers;
  const start = performance.now();
  await expect(decodePng(bomb)).rejects.toMatchObject({ code: 'E_IMAGE' });
  expect(performance.now() - start).toBeLessThan(1000);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
});

test('20 000 mutated files give an image or E_IMAGE', async () => {
  const sources = [
    pngOf(picture('rgb', 8, 5, 4)),
    pngOf(picture('grey', 2, 9, 3), { isInterlaced: true }),
    pngOf(picture('palette', 1, 3, 3), { extra: [chunk('PLTE', Uint8Array.of(1, 2, 3, 4, 5, 6))] }),
  ];
  let state = 40;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const counts = { read: 0, refused: 0 };
  for (let index = 0; index < 20_000; index += 1) {
    const bytes = sources[index % sources.length]!.slice();
    for (let edit = 0; edit <= random(3); edit += 1) bytes[8 + random(bytes.length - 8)] = random(256);
    if (random(4) > 0) repairChecksums(bytes);
    try {
      const { width, height, channels, values } = await decodePng(
        bytes.subarray(0, bytes.length - (random(8) === 0 ? random(40) : 0)),
      );
      expect(values.length).toBe(width * height * channels);
      counts.read += 1;
    } catch (error) {
      if (!(error instanceof TintypeError) || error.code !== 'E_IMAGE') throw error;
      counts.refused += 1;
    }
  }
  expect(counts.read).toBeGreaterThan(200);
  expect(counts.refused).toBeGreaterThan(5000);
});

/** Makes the checksums right again, so that mutations reach what lies behind them. */
function repairChecksums(bytes: Uint8Array): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = buffer.readUInt32BE(at);
    if (at + 12 + length > bytes.length) return;
    buffer.writeUInt32BE(crc32(buffer.subarray(at + 4, at + 8 + length)), at + 8 + length);
    at += 12 + length;
  }
}
