import type { Expectation, Recipe } from '@tintype/recipes';
import type { Demonstration, QualitySuite } from './quality-suite.ts';
import type { Calibration } from './suite-result.ts';

type ReadCalibration = (suite: string) => Calibration | undefined;

/**
 * Where recipes promise something else than was measured: an expectation needs a demonstration of the same id and name in the
 * suite that has the recipe's name, or in one that shares its trainings, and carries that one's calibration as soon as there is one. A recipe without a suite
 * may say what it expects, and no measured runs. Empty where all agree.
 */
export function expectationDisagreements(
  recipes: readonly Recipe[],
  suites: readonly QualitySuite[],
  readCalibration: ReadCalibration,
): readonly string[] {
  return recipes.flatMap((recipe) =>
    recipe.expectations.flatMap((expectation) => {
      const where = `${recipe.name}, ${expectation.id} ${expectation.name}`;
      const measuring = suites.filter((suite) => measures(suite, recipe));
      if (measuring.length === 0)
        return hasRuns(expectation) ? [`${where}: no suite measured these runs`] : [];
      const found = measuring.flatMap((suite) => {
        const check = findDemonstration(expectation, suite);
        return check ? [{ check, suite }] : [];
      })[0];
      const names = measuring.map(({ name }) => name).join(', ');
      if (!found) return [`${where}: suite ${names} does not demonstrate it`];
      return disagreements(expectation, found.check, readCalibration(found.suite.name)).map(
        (what) => `${where}: ${what}`,
      );
    }),
  );
}

/** A suite of the recipe's name, and one that looks at the trainings of that one. */
function measures({ name, system, sharesTrainingsOf }: QualitySuite, recipe: Recipe): boolean {
  return (name === recipe.name && system === recipe.system) || sharesTrainingsOf === recipe.name;
}

function hasRuns({ healthy, broken }: Expectation): boolean {
  return healthy !== undefined || broken !== undefined;
}

function findDemonstration({ id, name }: Expectation, { checks }: QualitySuite): Demonstration | undefined {
  return checks
    .filter((check): check is Demonstration => check.kind === 'D')
    .find((check) => check.id === id && check.name === name);
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
