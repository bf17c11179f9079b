import { expect, test } from 'vitest';
import { killRounds } from './kill-rounds.test-support.ts';

test('after each of 60 kills during saves the latest checkpoint loads', async () => {
  const { corrupt, leftovers, lastStep } = await killRounds('durable', 60);
  expect(corrupt).toBe(0);
  // The kills did fall into saves: they left unfinished ones behind, which the next process swept.
  expect(leftovers).toBeGreaterThan(5);
  expect(lastStep).toBeGreaterThanOrEqual(60);
});

test('plain writeFile leaves corrupt checkpoints under the same kills', async () => {
  const { corrupt } = await killRounds('plain', 20);
  expect(corrupt).toBeGreaterThan(0);
});
