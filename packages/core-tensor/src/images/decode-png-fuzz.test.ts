import { crc32 } from 'node:zlib';
import { TintypeError } from '@tintype/backend';
import { expect, test } from 'vitest';
import { chunk, picture, pngOf } from './build-png.test-support.ts';
import { decodePng } from './decode-png.ts';
import { readPngChunks } from './png-chunks.ts';
import { readPngHeader } from './png-header.ts';
import { filteredLength, readSamples } from './png-samples.ts';

const fuzzSources = [
  pngOf(picture('rgb', 8, 5, 4)),
  pngOf(picture('grey', 2, 9, 3), { isInterlaced: true }),
  pngOf(picture('palette', 1, 3, 3), { extra: [chunk('PLTE', Uint8Array.of(1, 2, 3, 4, 5, 6))] }),
];

/** Gives mutated files: bytes changed, most checksums made right again, some cut off. */
function createMutator(seed: number): () => Uint8Array {
  let state = seed;
  let index = 0;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return () => {
    const bytes = fuzzSources[index % fuzzSources.length]!.slice();
    index += 1;
    for (let edits = 1 + random(3); edits > 0; edits -= 1) bytes[8 + random(bytes.length - 8)] = random(256);
    if (random(4) > 0) repairChecksums(bytes);
    return bytes.subarray(0, bytes.length - (random(8) === 0 ? random(40) : 0));
  };
}

function isImageError(error: unknown): boolean {
  return error instanceof TintypeError && error.code === 'E_IMAGE';
}

test('200 000 mutated files: header, chunks and rows are read or refused with E_IMAGE', () => {
  const mutate = createMutator(41);
  const rows = Uint8Array.from({ length: 4096 }, (_, index) => (index * 89) % 5);
  const counts = { read: 0, refused: 0 };
  for (let index = 0; index < 200_000; index += 1) {
    const bytes = mutate();
    try {
      const header = readPngHeader(bytes);
      readPngChunks(bytes);
      const length = filteredLength(header);
      if (length <= rows.length) readSamples(header, rows.slice(0, length));
      counts.read += 1;
    } catch (error) {
      if (!isImageError(error)) throw error;
      counts.refused += 1;
    }
  }
  expect(counts.read).toBeGreaterThan(20_000);
  expect(counts.refused).toBeGreaterThan(50_000);
});

test('10 000 mutated files give an image or E_IMAGE', async () => {
  const mutate = createMutator(40);
  const counts = { read: 0, refused: 0 };
  for (let index = 0; index < 10_000; index += 1) {
    try {
      const { width, height, channels, values } = await decodePng(mutate());
      expect(values.length).toBe(width * height * channels);
      counts.read += 1;
    } catch (error) {
      if (!isImageError(error)) throw error;
      counts.refused += 1;
    }
  }
  expect(counts.read).toBeGreaterThan(100);
  expect(counts.refused).toBeGreaterThan(2500);
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
