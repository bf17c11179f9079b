import { expect, test } from 'vitest';
import { defaultVaeConfig } from './config.ts';
import { klWeightAt } from './kl-weight.ts';

test('the weight rises evenly from 0 and stays at klWeight', () => {
  const config = { ...defaultVaeConfig, klWeight: 2, klWarmUpSteps: 4 };
  expect([0, 1, 2, 3, 4, 5, 1000].map((step) => klWeightAt(config, step))).toEqual([0, 0.5, 1, 1.5, 2, 2, 2]);
});

test('without a warm-up the first step has the whole weight', () => {
  expect(klWeightAt({ ...defaultVaeConfig, klWeight: 0.7 }, 0)).toBe(0.7);
});
