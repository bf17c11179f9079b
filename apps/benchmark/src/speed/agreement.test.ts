import { expect, test } from 'vitest';
import { disagreement } from './agreement.ts';

const ours = {
  engine: '',
  backend: '',
  device: '',
  threads: 1,
  parameters: 10,
  check: { loss: 2, norm: 0.5 },
};

test('rounding is no disagreement', () => {
  expect(disagreement(ours, { ...ours, check: { loss: 2.001, norm: 0.5 } })).toBeUndefined();
});

test.each([
  [{ parameters: 11 }, 'it has 11 parameters, ours 10'],
  [{ check: { loss: 2.1, norm: 0.5 } }, 'its loss is 2.1, ours 2'],
  [{ check: { loss: 2, norm: Number.NaN } }, 'its norm is NaN, ours 0.5'],
  [{ check: { loss: 2 } }, 'it does not say its norm'],
])('%o is one', (change, what) => {
  expect(disagreement(ours, { ...ours, ...change })).toBe(what);
});
