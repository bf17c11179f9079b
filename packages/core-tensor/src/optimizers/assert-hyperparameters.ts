import { TintypeError } from '@tintype/backend';

type Named = Readonly<Record<string, number>>;

/** Throws `E_CONFIG` naming the first value that is not a finite number above 0. */
export function assertPositive(where: string, values: Named): void {
  assertEach(where, values, 'a positive number', (value) => value > 0 && value < Number.POSITIVE_INFINITY);
}

/** Throws `E_CONFIG` naming the first value that is not a finite number of at least 0. */
export function assertNonNegative(where: string, values: Named): void {
  assertEach(
    where,
    values,
    'a number of at least 0',
    (value) => value >= 0 && value < Number.POSITIVE_INFINITY,
  );
}

/** Throws `E_CONFIG` naming the first value outside [0, 1). */
export function assertBelowOne(where: string, values: Named): void {
  assertEach(where, values, 'a number in [0, 1)', (value) => value >= 0 && value < 1);
}

/** Throws `E_CONFIG` naming the first value that is not an integer of at least `minimum`. */
export function assertIntegers(where: string, values: Named, minimum: number): void {
  assertEach(
    where,
    values,
    `an integer of at least ${minimum}`,
    (value) => Number.isInteger(value) && value >= minimum,
  );
}

function assertEach(
  where: string,
  values: Named,
  expected: string,
  isValid: (value: number) => boolean,
): void {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'number' && isValid(value)) continue;
    throw new TintypeError('E_CONFIG', { where, what: `${name} must be ${expected}`, got: value, expected });
  }
}
