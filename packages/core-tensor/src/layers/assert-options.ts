import { TintypeError } from '@tintype/backend';

/** Throws `E_CONFIG` naming the first option that is not a positive integer. */
export function assertPositiveIntegers(where: string, options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (!Number.isInteger(value) || value < 1) {
      throw new TintypeError('E_CONFIG', { where, what: `${name} must be a positive integer`, got: value });
    }
  }
}

/** Throws `E_CONFIG` unless `value` is a multiple of `divisor`. */
export function assertDivisible(
  where: string,
  name: string,
  value: number,
  divisorName: string,
  divisor: number,
): void {
  if (value % divisor !== 0) {
    throw new TintypeError('E_CONFIG', {
      where,
      what: `${name} must be a multiple of ${divisorName}`,
      got: value,
      expected: `a multiple of ${divisor}`,
    });
  }
}

/** Throws `E_CONFIG` naming the first option that is not a positive finite number. */
export function assertPositive(where: string, options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
      throw new TintypeError('E_CONFIG', { where, what: `${name} must be a positive number`, got: value });
    }
  }
}
