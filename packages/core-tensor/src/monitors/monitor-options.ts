import { TintypeError } from '@tintype/backend';
import { nearestName } from '../config/nearest-name.ts';

/** What every monitor can be told. */
export interface WatchOptions {
  /** Steps between checks. */
  readonly interval?: number;
  /** Checks in a row that must find the fault before it is reported. */
  readonly patience?: number;
  /** Checks before this step report nothing. @default 0 */
  readonly fromStep?: number;
}

export interface NumberRule {
  readonly default: number;
  /** @default 0 */
  readonly minimum?: number;
  /** @default no upper bound */
  readonly maximum?: number;
  readonly isWhole?: boolean;
}

/** What the options that are no numbers must be; those with a question mark may be left out. */
export type OptionKind = 'function' | 'function?' | 'object' | 'object?' | 'strings?' | 'string?';

export const wholeFrom = (minimum: number, byDefault: number): NumberRule => ({
  default: byDefault,
  minimum,
  isWhole: true,
});
export const share = (byDefault: number): NumberRule => ({ default: byDefault, minimum: 0, maximum: 1 });

/** Rules of the options that every monitor has. */
export const watchRules = (interval: number, patience: number) => ({
  interval: wholeFrom(1, interval),
  patience: wholeFrom(1, patience),
  fromStep: wholeFrom(0, 0),
});

/**
 * The numbers among a monitor's options, with their defaults. Throws `E_UNKNOWN_OPTION` with the nearest name, or
 * `E_CONFIG` for a number out of range and for what is missing or of another kind.
 */
export function readOptions<Name extends string>(
  where: string,
  options: object,
  rules: Readonly<Record<Name, NumberRule>>,
  kinds: Readonly<Record<string, OptionKind>>,
): Readonly<Record<Name, number>> {
  const given = options as Readonly<Record<string, unknown>>;
  const names = [...Object.keys(kinds), ...Object.keys(rules)];
  for (const name of Object.keys(given)) if (!names.includes(name)) throw unknownOption(where, name, names);
  for (const [name, kind] of Object.entries(kinds)) assertKind(`${where}.${name}`, given[name], kind);
  const numbers = Object.entries<NumberRule>(rules).map(([name, rule]) => {
    const value = given[name] ?? rule.default;
    assertNumber(`${where}.${name}`, value, rule);
    return [name, value] as const;
  });
  return Object.fromEntries(numbers) as Record<Name, number>;
}

function assertKind(where: string, value: unknown, kind: OptionKind): void {
  if (value === undefined && kind.endsWith('?')) return;
  const wanted = kind.replace('?', '');
  const isStrings =
    Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string');
  const fits = wanted === 'strings' ? isStrings : typeof value === wanted && value !== null;
  if (fits) return;
  const what = value === undefined ? 'a required option is missing' : 'the value is of another kind';
  throw new TintypeError('E_CONFIG', { where, what, got: value, expected: `a ${wanted}` });
}

function assertNumber(where: string, value: unknown, rule: NumberRule): asserts value is number {
  const { minimum = 0, maximum = Number.POSITIVE_INFINITY, isWhole = false } = rule;
  const isNumber =
    typeof value === 'number' && (isWhole ? Number.isSafeInteger(value) : !Number.isNaN(value));
  if (isNumber && value >= minimum && value <= maximum) return;
  const upper = Number.isFinite(maximum) ? ` to ${maximum}` : ' or more';
  const expected = `${isWhole ? 'a whole number, ' : ''}${minimum}${upper}`;
  throw new TintypeError('E_CONFIG', { where, what: 'impossible value', got: value, expected });
}

function unknownOption(where: string, name: string, known: readonly string[]): TintypeError {
  const nearest = nearestName(name, known);
  return new TintypeError('E_UNKNOWN_OPTION', {
    where,
    what: 'there is no such option',
    got: name,
    expected: `one of ${known.join(', ')}`,
    ...(nearest !== undefined && { remedy: `The nearest is ${nearest}` }),
  });
}
