import { expect, test } from 'vitest';
import { nearestName } from './nearest-name.ts';

test('a misspelt name finds the known one it stands for, another word finds none', () => {
  const known = ['learningRate', 'batchSize', 'steps'];
  expect(nearestName('leraningRate', known)).toBe('learningRate');
  expect(nearestName('step', known)).toBe('steps');
  expect(nearestName('xyz', known)).toBeUndefined();
  expect(nearestName('steps', [])).toBeUndefined();
});
