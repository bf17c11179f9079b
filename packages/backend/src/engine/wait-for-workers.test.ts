import { expect, test } from 'vitest';
import { controlBytes, doneWord } from './control-words.ts';
import { waitForWorkers } from './wait-for-workers.ts';

const control = () => new Int32Array(new SharedArrayBuffer(controlBytes));
const stuckWorker = { isAlive: () => true, terminate: () => Promise.resolve() };

test('chunks that are done are not waited for', () => {
  const words = control();
  words[doneWord] = 3;
  expect(waitForWorkers(words, [stuckWorker], 3, 0)).toBeUndefined();
});

test('a worker that lives but never finishes is given up', () => {
  expect(waitForWorkers(control(), [stuckWorker], 1, 200)).toBe('no progress for 200 ms');
});

test('a worker that has ended is given up at once', () => {
  const deadWorker = { ...stuckWorker, isAlive: () => false };
  expect(waitForWorkers(control(), [stuckWorker, deadWorker], 1, 60_000)).toMatch(/ended/);
});
