import type { Expectation, Recipe } from '@tintype/recipes';
import type { Demonstration, QualitySuite } from './quality-suite.ts';
import type { Calibration } from './suite-result.ts';

type ReadCalibration = (suite: string) => Calibration | undefined;

/**
 * Where recipes promise something else than the suites measured: an expectation needs a demonstration of the same id and
 * name in a suite of its system, and carries that one's calibration as soon as there is one. Empty where all agree.
 */
export function expectationDisagreements(
  recipes: readonly Recipe[],
  suites: readonly QualitySuite[],
  readCalibration: ReadCalibration,
): readonly string[] {
  return recipes.flatMap((recipe) =>
    recipe.expectations.flatMap((expectation) => {
      const found = findDemonstration(recipe, expectation, suites);
      const where = `${recipe.name}, ${expectation.id} ${expectation.name}`;
      if (!found) return [`${where}: no suite of ${recipe.system} demonstrates it`];
      const calibration = readCalibration(found.suite.name);
      return disagreements(expectation, found.check, calibration).map((what) => `${where}: ${what}`);
    }),
  );
}

function findDemonstration(
  { system }: Recipe,
  { id, name }: Expectation,
  suites: readonly QualitySuite[],
): { suite: QualitySuite; check: Demonstration } | undefined {
  for (const suite of suites.filter((each) => each.system === system)) {
    for (const check of suite.checks)
      if (check.kind === 'D' && check.id === id && check.name === name) return { suite, check };
  }
  return undefined;
}

function disagreements(
  expectation: Expectation,
  check: Demonstration,
  calibration: Calibration | undefined,
): string[] {
  const frozen = calibration?.checks.find(({ id, name }) => id === check.id && name === check.name);
  const stated = check.threshold === 'calibrated' ? (frozen?.threshold ?? 'none yet') : check.threshold;
  const told = (values: readonly (number | null)[] | undefined) => values?.join(', ') ?? 'none';
  const pairs: [string, string | number, string | number][] = [
    ['direction', expectation.direction, check.direction],
    ['threshold', expectation.threshold, stated],
    ['healthy runs', told(expectation.healthy), told(frozen?.healthy)],
    ['broken runs', told(expectation.broken), told(frozen?.broken)],
  ];
  return pairs
    .filter(([, promised, measured]) => promised !== measured)
    .map(([what, promised, measured]) => `${what} ${promised}, measured ${measured}`);
}
