import { createRandomStream } from '@tintype/core-tensor';
import { expect, test } from 'vitest';
import { avatarAttributes } from './avatar-attributes.ts';
import { drawAvatar } from './draw-avatar.ts';

const count = 4000;
const draws = Array.from({ length: count }, (_, index) => drawAvatar(createRandomStream(1), index));
// The mean of 4 000 fair coins has a standard deviation of 0.0079 about 0.5; the mean of ±1 has twice that about 0.
const tolerance = 5 * 0.0079;

test('each attribute is a fair coin, and no two go together', () => {
  for (const [column, name] of avatarAttributes.entries()) {
    const mean = draws.reduce((sum, { attributes }) => sum + attributes[column]!, 0) / count;
    expect(Math.abs(mean - 0.5), name).toBeLessThan(tolerance);
    for (let other = 0; other < column; other++) {
      const agreement =
        draws.filter(({ attributes }) => attributes[column] === attributes[other]).length / count;
      expect(Math.abs(agreement - 0.5), `${name} and ${avatarAttributes[other]}`).toBeLessThan(tolerance);
    }
  }
});

test('every avatar has a seed of its own', () => {
  expect(new Set(draws.map(({ seed }) => seed)).size).toBe(count);
  expect(draws[7]).toEqual(drawAvatar(createRandomStream(1), 7));
  expect(draws[7]!.seed).not.toBe(drawAvatar(createRandomStream(2), 7).seed);
  expect(draws[7]!.seed).toMatch(/^[0-9a-f]{16}$/);
});
