import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { avatarAttributes } from '../avatars/avatar-attributes.ts';
import { loadAvatars } from './avatars.ts';

const imageSize = 32;
const imageLength = imageSize * imageSize * 3;
const count = 40;
const avatars = await loadAvatars({ count, seed: 4, cacheFolder: false });
const { dataset } = avatars;

const pixelsOf = (place: number, from = dataset.pixels) =>
  from.subarray(place * imageLength, (place + 1) * imageLength);
const hasAttribute = (place: number, name: string) =>
  dataset.attributes[place * avatarAttributes.length + avatarAttributes.indexOf(name)] === 1;

interface Change {
  /** Share of the pixels. */
  readonly share: number;
  readonly rows: readonly [number, number];
  /** Largest difference of a level. */
  readonly strongest: number;
}

function changeBetween(a: Uint8Array, b: Uint8Array): Change {
  const changed = Array.from({ length: imageSize * imageSize }, (_, pixel) => pixel).filter((pixel) =>
    [0, 1, 2].some((channel) => a[3 * pixel + channel] !== b[3 * pixel + channel]),
  );
  const rows = changed.map((pixel) => Math.floor(pixel / imageSize));
  const strongest = a.reduce((most, level, i) => Math.max(most, Math.abs(level - b[i]!)), 0);
  return { share: changed.length / 1024, rows: [Math.min(...rows), Math.max(...rows)], strongest };
}

// The rows that the art gives each attribute, and shares of the pixels measured over 600 avatars.
const bounds: readonly (readonly [
  name: string,
  rows: readonly [number, number],
  share: readonly [number, number],
])[] = [
  ['dark-hair', [0, 31], [0.015, 0.45]],
  ['glasses', [8, 17], [0.015, 0.18]],
  ['hat', [0, 9], [0.11, 0.22]],
  ['long-hair', [0, 31], [0.04, 0.31]],
  ['smile', [18, 21], [0.01, 0.03]],
];

test.each(bounds)('%s changes its own pixels, plainly, and every other byte stays', (name, rows, share) => {
  for (let place = 0; place < count; place++) {
    const change = changeBetween(avatars.withAttribute(place, name), pixelsOf(place));
    expect(change.rows[0]).toBeGreaterThanOrEqual(rows[0]);
    expect(change.rows[1]).toBeLessThanOrEqual(rows[1]);
    expect(change.share).toBeGreaterThan(share[0]);
    expect(change.share).toBeLessThan(share[1]);
    expect(change.strongest).toBeGreaterThan(40);
  }
});

test('another avatar of the same attributes changes far more', () => {
  const others = [1, 2, 3].map((place) => {
    const values = Object.fromEntries(avatarAttributes.map((name) => [name, hasAttribute(0, name)]));
    return changeBetween(avatars.withAttributes(place, values), pixelsOf(0));
  });
  for (const { share, rows } of others) {
    expect(share).toBeGreaterThan(0.3);
    expect(rows[1]).toBeGreaterThan(21);
  }
});

test('hats of one avatar lie where the flip says, in both directions', () => {
  for (let place = 0; place < 8; place++) {
    const other = avatars.withAttribute(place, 'hat');
    expect(avatars.withAttributes(place, { hat: !hasAttribute(place, 'hat') })).toEqual(other);
    expect(avatars.withAttributes(place, { hat: hasAttribute(place, 'hat') })).toEqual(pixelsOf(place));
  }
});

test('two changes at once are both of them', () => {
  // Glasses and mouth do not touch each other, so that the picture with both is made of the two with one each.
  const [glasses, smile] = [avatars.withAttribute(5, 'glasses'), avatars.withAttribute(5, 'smile')];
  const both = avatars.withAttributes(5, {
    glasses: !hasAttribute(5, 'glasses'),
    smile: !hasAttribute(5, 'smile'),
  });
  const own = pixelsOf(5);
  expect([...both]).toEqual([...own].map((level, i) => (glasses[i] === level ? smile[i] : glasses[i])));
});

test('images differ, are named by their index and hold the 16×16 squares of the art', () => {
  const seen = new Set(Array.from({ length: count }, (_, place) => pixelsOf(place).join()));
  expect(seen.size).toBe(count);
  expect([dataset.height, dataset.width, dataset.channels, dataset.pixels.length]).toEqual([
    32,
    32,
    3,
    count * imageLength,
  ]);
  expect(dataset.names[39]).toBe('avatar-39');
  expect(dataset.attributeNames).toEqual(bounds.map(([name]) => name));
  const isSquare = Array.from({ length: imageLength }, (_, i) => i).every((i) => {
    const [row, column] = [Math.floor(i / 96), Math.floor(i / 3) % 32];
    return dataset.pixels[i] === dataset.pixels[(row & ~1) * 96 + (column & ~1) * 3 + (i % 3)];
  });
  expect(isSquare).toBe(true);
});

test('an avatar is the same from any first index, and of another seed another', async () => {
  const later = await loadAvatars({ count: 3, seed: 4, firstIndex: 30, cacheFolder: false });
  expect(later.dataset.pixels).toEqual(dataset.pixels.subarray(30 * imageLength, 33 * imageLength));
  expect(later.dataset.names).toEqual(['avatar-30', 'avatar-31', 'avatar-32']);
  expect(later.withAttribute(2, 'hat')).toEqual(avatars.withAttribute(32, 'hat'));
  const other = await loadAvatars({ count: 3, seed: '4', cacheFolder: false });
  expect(other.dataset.pixels).not.toEqual(dataset.pixels.subarray(0, 3 * imageLength));
});

test('chosen attributes are columns in the order asked for, of the same pictures', async () => {
  const chosen = await loadAvatars({ count: 8, seed: 4, attributes: ['smile', 'hat'], cacheFolder: false });
  expect(chosen.dataset.attributeNames).toEqual(['smile', 'hat']);
  expect(chosen.dataset.pixels).toEqual(dataset.pixels.subarray(0, 8 * imageLength));
  const expected = Array.from({ length: 8 }, (_, place) => [
    Number(hasAttribute(place, 'smile')),
    Number(hasAttribute(place, 'hat')),
  ]).flat();
  expect([...chosen.dataset.attributes]).toEqual(expected);
});

test('kept avatars come back as they were drawn', async () => {
  const cacheFolder = await mkdtemp(join(tmpdir(), 'avatars-'));
  const onWarning = vi.fn();
  const load = () => loadAvatars({ count: 5, seed: 4, cacheFolder, onWarning });
  const [drawn, kept] = [await load(), await load()];
  expect(kept.dataset).toEqual(drawn.dataset);
  expect(kept.withAttribute(1, 'smile')).toEqual(avatars.withAttribute(1, 'smile'));
  expect(onWarning).not.toHaveBeenCalled();
});

test('absent packages are refused with their install line', async () => {
  const from = [await mkdtemp(join(tmpdir(), 'avatars-'))];
  await expect(loadAvatars({ count: 1, from, cacheFolder: false })).rejects.toMatchObject({
    code: 'E_DATA_MISSING',
    message: expect.stringContaining('npm install @dicebear/core @dicebear/pixel-art'),
  });
});

test.each([
  [{ count: 0 }, 'E_DATA', /count.*got 0/],
  [{ count: 2, firstIndex: -1 }, 'E_DATA', /firstIndex.*got -1/],
  [{ count: 2, attributes: ['glases'] }, 'E_DATA', /one of dark-hair, glasses, .*The nearest is glasses/],
  [{ count: 2, imageSize: 0 }, 'E_CONFIG', /imageSize.*got 0/],
  [{ count: 2, seed: 1.5 }, 'E_SEED', /1\.5/],
])('%j is refused', async (options, code, message) => {
  await expect(loadAvatars({ ...options, cacheFolder: false })).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
});

test('a change that there is not is refused', () => {
  expect(() => avatars.withAttribute(0, 'beard')).toThrow(/got beard, expected one of dark-hair/);
  expect(() => avatars.withAttributes(0, { glases: true })).toThrow(/The nearest is glasses/);
  expect(() => avatars.withAttribute(count, 'hat')).toThrow(/got 40, expected an integer from 0 to 39/);
});
