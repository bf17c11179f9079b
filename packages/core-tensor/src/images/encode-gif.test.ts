import { expect, test } from 'vitest';
import { encodeGif } from './encode-gif.ts';
import type { PixelImage } from './pixel-image.ts';

const grey = (...values: number[]): PixelImage => ({
  width: 2,
  height: 2,
  channels: 1,
  values: Uint8Array.from(values),
});
const red: PixelImage = { width: 1, height: 1, channels: 3, values: Uint8Array.from([248, 0, 0]) };

/** What a viewer reads: size, how often it plays, and of each frame its delay, palette and compressed pixels. */
function readGif(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const paletteAt = (at: number, flags: number) => ({
    palette: bytes.subarray(at, at + 3 * 2 ** ((flags & 7) + 1)),
    next: at + 3 * 2 ** ((flags & 7) + 1),
  });
  const blocksAt = (from: number) => {
    const data: number[] = [];
    let at = from;
    while (bytes[at] !== 0) {
      data.push(...bytes.subarray(at + 1, at + 1 + bytes[at]!));
      at += bytes[at]! + 1;
    }
    return { data, next: at + 1 };
  };
  const screen = { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  let { palette, next: at } = paletteAt(13, bytes[10]!);
  const global = palette;
  const frames: { delay: number; palette: Uint8Array; minCodeSize: number; data: number[] }[] = [];
  let repeat: number | undefined;
  let delay = 0;
  while (bytes[at] !== 0x3b) {
    if (bytes[at] === 0x21) {
      const { data, next } = blocksAt(at + 2);
      if (bytes[at + 1] === 0xf9) delay = data[1]! + 256 * data[2]!;
      if (bytes[at + 1] === 0xff) repeat = data[12]! + 256 * data[13]!;
      at = next;
      continue;
    }
    const flags = bytes[at + 9]!;
    palette = global;
    at += 10;
    if (flags & 0x80) ({ palette, next: at } = paletteAt(at, flags));
    const { data, next } = blocksAt(at + 1);
    frames.push({ delay, palette, minCodeSize: bytes[at]!, data });
    at = next;
  }
  return { signature: new TextDecoder().decode(bytes.subarray(0, 6)), ...screen, repeat, frames };
}

/** GIF's variable-length codes back to palette indices. */
function inflate({ minCodeSize, data }: { minCodeSize: number; data: readonly number[] }): number[] {
  const [clear, end] = [2 ** minCodeSize, 2 ** minCodeSize + 1];
  let table: number[][] = [];
  let size = minCodeSize + 1;
  const pixels: number[] = [];
  let previous: number[] | undefined;
  for (let bit = 0; bit + size <= 8 * data.length; ) {
    let code = 0;
    for (let i = 0; i < size; i += 1, bit += 1) code |= ((data[bit >> 3]! >> (bit & 7)) & 1) << i;
    if (code === end) break;
    if (code === clear) {
      table = Array.from({ length: end + 1 }, (_, i) => [i]);
      size = minCodeSize + 1;
      previous = undefined;
      continue;
    }
    const entry = table[code] ?? [...previous!, previous![0]!];
    pixels.push(...entry);
    if (previous) table.push([...previous, entry[0]!]);
    if (table.length === 2 ** size && size < 12) size += 1;
    previous = entry;
  }
  return pixels;
}

test('a film holds each grey level of each frame, and plays for ever with a rest at the end', () => {
  const gif = readGif(
    encodeGif([grey(0, 1, 127, 255), grey(255, 254, 3, 2)], { frameMs: 50, lastFrameMs: 700 }),
  );
  expect(gif).toMatchObject({ signature: 'GIF89a', width: 2, height: 2, repeat: 0 });
  expect(gif.frames.map(({ delay }) => delay)).toEqual([5, 70]);
  const levels = gif.frames.map((frame) => inflate(frame).map((index) => frame.palette[3 * index]));
  expect(levels).toEqual([
    [0, 1, 127, 255],
    [255, 254, 3, 2],
  ]);
});

test('colours are those of the frame', () => {
  const [frame] = readGif(encodeGif([red])).frames;
  const [index] = inflate(frame!);
  const [r, g, b] = frame!.palette.subarray(3 * index!, 3 * index! + 3);
  expect(Math.abs(r! - 248)).toBeLessThan(8);
  expect(g! + b!).toBeLessThan(16);
});

test('equal frames give equal bytes, others do not', () => {
  expect(encodeGif([grey(1, 2, 3, 4)])).toEqual(encodeGif([grey(1, 2, 3, 4)]));
  expect(encodeGif([grey(1, 2, 3, 4)])).not.toEqual(encodeGif([grey(1, 2, 3, 5)]));
});

test.each([
  ['no frames', [], 'E_IMAGE'],
  ['another size', [grey(0, 0, 0, 0), red], 'E_IMAGE'],
  ['an alpha channel', [{ ...red, channels: 4, values: new Uint8Array(4) }], 'E_IMAGE'],
  ['values that do not fit', [{ ...red, values: new Uint8Array(2) }], 'E_IMAGE'],
])('%s are refused', (_, frames, code) => {
  expect(() => encodeGif(frames)).toThrow(expect.objectContaining({ code }));
});

test.each([0, 15, 25, Number.NaN, 1e6])('%s ms are no time of a frame', (frameMs) => {
  expect(() => encodeGif([red], { frameMs })).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
});
