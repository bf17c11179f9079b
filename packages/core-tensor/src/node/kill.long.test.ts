import { expect, test } from 'vitest';
import { killRounds } from './kill-rounds.test-support.ts';

test('after each of 1 000 kills during saves the latest checkpoint loads', async () => {
  const { corrupt, leftovers } = await killRounds('durable', 1000);
  expect(corrupt).toBe(0);
  expect(leftovers).toBeGreaterThan(50);
});
