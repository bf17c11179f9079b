import { createRandomStream } from '@tintype/core-tensor';
import { expect, test } from 'vitest';
import { avatarAttributes } from './avatar-attributes.ts';
import { drawAvatar } from './draw-avatar.ts';

const count = 4000;
const draws = Array.from({ length: count }, (_, index) => drawAvatar(createRandomStream(1), index));
// The mean of 4 000 fair coins has a standard deviation of 0.0079 about 0.5.
const tolerance = 5 * 0.0079;

test('each attribute is a fair coin, and no two go together', () => {
  const rows = draws.map(({ attributes }) => attributes);
  expect(unfair(rows)).toEqual([]);
  const [glasses, hat] = ['glasses', 'hat'].map((name) => avatarAttributes.indexOf(name)) as [number, number];
  const tied = rows.map((row) =>
    Uint8Array.from(row, (value, column) => (column === hat ? row[glasses]! : value)),
  );
  expect(unfair(tied)).toEqual(['glasses with hat']);
  const often = rows.map((row, i) =>
    Uint8Array.from(row, (value, column) => (column === hat && i % 6 === 0 ? 1 : value)),
  );
  expect(unfair(often)).toEqual(['hat']);
});

/** Attributes, and pairs of them, that do not come half the time. */
function unfair(rows: readonly Uint8Array[]): string[] {
  const isOff = (holds: (row: Uint8Array) => boolean) =>
    Math.abs(rows.filter(holds).length / count - 0.5) > tolerance;
  return avatarAttributes.flatMap((name, column) => [
    ...(isOff((row) => row[column] === 1) ? [name] : []),
    ...avatarAttributes
      .slice(column + 1)
      .filter((_, place) => isOff((row) => row[column] === row[column + 1 + place]))
      .map((other) => `${name} with ${other}`),
  ]);
}

test('every avatar has a seed of its own', () => {
  expect(new Set(draws.map(({ seed }) => seed)).size).toBe(count);
  expect(draws[7]).toEqual(drawAvatar(createRandomStream(1), 7));
  expect(draws[7]!.seed).not.toBe(drawAvatar(createRandomStream(2), 7).seed);
  expect(draws[7]!.seed).toMatch(/^[0-9a-f]{16}$/);
});
