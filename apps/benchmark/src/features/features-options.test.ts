import { expect, test } from 'vitest';
import { UsageError } from '../usage-error.ts';
import { parseFeaturesOptions } from './features-options.ts';

test('the data must be named; the rest has defaults', () => {
  expect(parseFeaturesOptions(['--data', 'mnist'])).toMatchObject({
    data: 'mnist',
    seed: 0,
    out: 'runs/features',
    isJson: false,
  });
  expect(parseFeaturesOptions(['--data', 'mnist'])).not.toHaveProperty('steps');
  const all = '--data fashion-mnist --seed 3 --steps 10 --threads 1 --out there --json'.split(' ');
  expect(parseFeaturesOptions(all)).toEqual({
    data: 'fashion-mnist',
    seed: 3,
    steps: 10,
    threads: 1,
    out: 'there',
    isJson: true,
    isHelp: false,
  });
});

test.each([
  [[], /--data is missing\. Known: mnist, fashion-mnist/],
  [['--data', 'minst'], /no minst\. The nearest is mnist/],
  [['--data', 'mnist', '--steps', '0'], /--steps must be a whole number of at least 1, received 0/],
  [['--data', 'mnist', '--sed', '1'], /Unknown flag --sed\. The nearest is --seed/],
  [['--data', 'mnist', 'extra'], /extra/],
])('%j cannot be meant', (args, message) => {
  expect(() => parseFeaturesOptions(args)).toThrow(UsageError);
  expect(() => parseFeaturesOptions(args)).toThrow(message);
});
