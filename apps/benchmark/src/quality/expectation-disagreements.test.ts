import { join } from 'node:path';
import { type Expectation, type Recipe, recipes } from '@tintype/recipes';
import { expect, test } from 'vitest';
import { findCheckout } from './code-version.ts';
import { expectationDisagreements } from './expectation-disagreements.ts';
import { qualitySuites } from './quality-suites.ts';
import { createResultStore } from './result-store.ts';
import type { Calibration } from './suite-result.ts';
import { createTinySuite, tinyRecipe } from './tiny-suite.test-support.ts';

const results = join(findCheckout(), 'apps', 'benchmark', 'results', 'quality');
const committed = createResultStore(results, results);

test('what the recipes promise is what the committed calibrations measured', () => {
  const read = (suite: string) => committed.readCalibration(suite, false);
  expect(expectationDisagreements(recipes, qualitySuites, read)).toEqual([]);
});

const suite = createTinySuite();
const { id, name } = suite.checks[0]!;
const frozen = { threshold: 0.117, healthy: [1, 2, 3], broken: [4, 5, 6] } as const;
const calibration: Calibration = {
  ...{ suite: 'tiny', steps: 60, seeds: [0, 1, 2], code: ['c0de'] },
  checks: [
    {
      id,
      name,
      threshold: 0.117,
      healthy: [...frozen.healthy],
      broken: [...frozen.broken],
      isSeparated: true,
    },
  ],
};
const promised: Expectation = { id, name, metric: 'reconstructionError', direction: '<=', ...frozen };

function recipeWith(expectation: Expectation, name = suite.name): Recipe {
  return { ...tinyRecipe, name, expectations: [expectation] } as unknown as Recipe;
}

function disagree(expectation: Expectation, known: Calibration | undefined = calibration): readonly string[] {
  return expectationDisagreements([recipeWith(expectation)], [suite], () => known);
}

test('a promise with the calibrated numbers agrees', () => {
  expect(disagree(promised)).toEqual([]);
});

test.each([
  ['threshold', { ...promised, threshold: 0.118 }, /threshold 0\.118, measured 0\.117/],
  ['healthy run', { ...promised, healthy: [1, 2, 2] as const }, /healthy runs 1, 2, 2, measured 1, 2, 3/],
  ['broken run', { ...promised, broken: [4, 5, 5] as const }, /broken runs/],
  ['direction', { ...promised, direction: '>=' as const }, /direction/],
  ['name', { ...promised, name: 'something else' }, /suite tiny does not demonstrate it/],
  ['line', { ...promised, id: '9.4' }, /suite tiny does not demonstrate it/],
])('another %s is found out', (_, expectation, message) => {
  expect(disagree(expectation)).toEqual([expect.stringMatching(message)]);
});

test('numbers without a calibration, and a calibration that the recipe does not carry, are found out', () => {
  const without = expectationDisagreements([recipeWith(promised)], [suite], () => undefined);
  expect(without).toHaveLength(3);
  const { healthy: _, broken: __, ...bare } = promised;
  expect(disagree(bare)).toHaveLength(2);
});

test('a recipe without a suite may expect something, and shows no runs that nothing measured', () => {
  const { healthy: _, broken: __, ...bare } = promised;
  const told = (expectation: Expectation) =>
    expectationDisagreements([recipeWith(expectation, 'another')], [suite], () => calibration);
  expect(told(bare)).toEqual([]);
  expect(told(promised)).toEqual([expect.stringMatching(/another, .*no suite measured these runs/)]);
});

test('a suite that shares the trainings of a recipe’s own may demonstrate what it expects', () => {
  const sharing = { ...suite, name: 'sharing', system: 'gan', sharesTrainingsOf: 'shared' } as const;
  const told = (expectation: Expectation) =>
    expectationDisagreements([recipeWith(expectation, 'shared')], [sharing], (name) =>
      name === 'sharing' ? calibration : undefined,
    );
  expect(told(promised)).toEqual([]);
  expect(told({ ...promised, threshold: 1 })).toHaveLength(1);
});
