import { deflateSync } from 'node:zlib';
import { decode, encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import {
  chunk,
  colourTypes,
  filteredRows,
  headerChunk,
  picture,
  pngOf,
  signature,
} from './build-png.test-support.ts';
import { decodePng } from './decode-png.ts';
import { encodePng } from './encode-png.ts';
import { maxPixels } from './png-header.ts';

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
