import { TintypeError } from '@tintype/core-tensor';
import { expect, test } from 'vitest';
import { parseIdx } from './idx.ts';
import { parseIdxDataset } from './idx-dataset.ts';

const classNames = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

function idx(type: number, shape: readonly number[], values: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length);
  const view = new DataView(bytes.buffer);
  bytes[2] = type;
  bytes[3] = shape.length;
  shape.forEach((size, axis) => {
    view.setUint32(4 + 4 * axis, size);
  });
  bytes.set(values, 4 + 4 * shape.length);
  return bytes;
}

const pixels = Uint8Array.from({ length: 10 * 28 * 28 }, (_, i) => (i * 31) % 256);
const imageFile = idx(8, [10, 28, 28], pixels);
const labelFile = idx(
  8,
  [10],
  Uint8Array.from({ length: 10 }, (_, i) => i),
);

function refusal(bytes: Uint8Array): TintypeError {
  try {
    parseIdx(bytes, 'file');
  } catch (error) {
    if (error instanceof TintypeError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

test('shape and values of a good file come back as they were written', () => {
  const { shape, values } = parseIdx(imageFile);
  expect(shape).toEqual([10, 28, 28]);
  expect(values).toEqual(pixels);
});

test('a view into a larger buffer is read from its own start', () => {
  const padded = new Uint8Array(imageFile.length + 5);
  padded.set(imageFile, 5);
  expect(parseIdx(padded.subarray(5)).shape).toEqual([10, 28, 28]);
});

test.each<[string, Uint8Array, RegExp]>([
  ['nothing', new Uint8Array(0), /got 0, expected at least 4 bytes/],
  ['three bytes', imageFile.subarray(0, 3), /got 3/],
  ['a PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47), /got 0x89504e47, expected 0x000008/],
  ['a gzip file', Uint8Array.of(0x1f, 0x8b, 8, 0), /gzip.*Unpack/],
  ['signed bytes', idx(9, [1], new Uint8Array(1)), /got 0x00000901/],
  ['floats', idx(0x0d, [1], new Uint8Array(4)), /got 0x00000d01/],
  ['rank 0', idx(8, [], new Uint8Array(1)), /got 0, expected 1 to 8/],
  ['rank 255', Uint8Array.of(0, 0, 8, 255), /got 255/],
  ['half a header', imageFile.subarray(0, 13), /got 13, expected 16 bytes/],
  ['a dimension of 0', idx(8, [10, 0, 28], new Uint8Array(0)), /dimension 1.*\[10, 0, 28\]/],
  ['too few values', imageFile.subarray(0, imageFile.length - 1), /got 7839 bytes, expected 7840 bytes/],
  ['trailing bytes', idx(8, [10, 28, 28], new Uint8Array(7841)), /got 7841 bytes, expected 7840 bytes/],
  ['a count near 2³²', idx(8, [0xffffffff], new Uint8Array(3)), /got 3 bytes, expected 4294967295 bytes/],
  [
    'a product beyond 2⁶⁴',
    idx(8, Array<number>(8).fill(0xffffffff), new Uint8Array(3)),
    /got 3 bytes, expected 1\.15\d*e\+77 bytes/,
  ],
])('%s is refused with both numbers', (_, bytes, message) => {
  const error = refusal(bytes);
  expect(error.code).toBe('E_DATA');
  expect(error.message).toMatch(message);
});

test('images and labels of different counts are refused with both numbers', () => {
  const labels = idx(8, [9], new Uint8Array(9));
  expect(() => parseIdxDataset({ name: 'digits', images: imageFile, labels, classNames })).toThrow(
    /got 9 labels, expected 10, one per image/,
  );
});

test('exchanged files are refused', () => {
  expect(() => parseIdxDataset({ name: 'digits', images: labelFile, labels: imageFile, classNames })).toThrow(
    /another rank \(got 1, expected 3\)/,
  );
});

test('a label beyond the classes is refused with its index', () => {
  const labels = idx(8, [10], Uint8Array.of(0, 1, 2, 10, 4, 5, 6, 7, 8, 9));
  expect(() => parseIdxDataset({ name: 'digits', images: imageFile, labels, classNames })).toThrow(
    /digits\.labels\[3\].*got 10, expected a whole number from 0 to 9/,
  );
});

test('100 000 mutations of a pair of files give a dataset or a typed error, never anything else', () => {
  const counts = { accepted: 0, refused: 0 };
  const next = createMutator(12345);
  for (let round = 0; round < 100_000; round++) {
    const [images, labels] = next(imageFile, labelFile);
    try {
      const dataset = parseIdxDataset({ name: 'digits', images, labels, classNames });
      if (dataset.pixels.length !== dataset.size * dataset.height * dataset.width)
        throw new Error('wrong size');
      if (dataset.labels?.length !== dataset.size) throw new Error('wrong labels');
      counts.accepted++;
    } catch (error) {
      if (!(error instanceof TintypeError)) throw error;
      counts.refused++;
    }
  }
  // Both outcomes must occur, or the mutations test nothing.
  expect(counts.accepted).toBeGreaterThan(1000);
  expect(counts.refused).toBeGreaterThan(50_000);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});

/** Byte changes, mostly in the header, and cuts and extensions; from a linear congruential generator. */
function createMutator(seed: number) {
  let state = seed;
  const draw = (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const interesting = [0, 1, 7, 8, 9, 10, 28, 127, 128, 255];
  const mutate = (file: Uint8Array): Uint8Array => {
    const cut = draw(6);
    const length = cut === 0 ? draw(file.length + 1) : cut === 1 ? file.length + 1 + draw(20) : file.length;
    const bytes = new Uint8Array(length);
    bytes.set(file.subarray(0, length));
    for (let change = draw(4); change > 0 && length > 0; change--) {
      const place = draw(4) === 0 ? draw(length) : draw(Math.min(16, length));
      bytes[place] = draw(2) === 0 ? interesting[draw(interesting.length)]! : draw(256);
    }
    return bytes;
  };
  return (images: Uint8Array, labels: Uint8Array): [Uint8Array, Uint8Array] =>
    draw(4) === 0 ? [images, mutate(labels)] : [mutate(images), labels];
}
