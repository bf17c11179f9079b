import { TintypeError } from '@tintype/backend';

/** A parsed JSON object of unknown content. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function numberAt(config: JsonObject, key: string, fallback: number): number {
  const value = own(config, key) ?? fallback;
  return typeof value === 'number' && Number.isFinite(value) ? value : refuse(key, value, 'a number');
}

/** Null where the file says null or nothing. */
export function numberOrNullAt(config: JsonObject, key: string): number | null {
  return (own(config, key) ?? null) === null ? null : numberAt(config, key, 0);
}

/** Numbers of a list that the file must have. */
export function numbersAt(config: JsonObject, key: string): readonly number[] {
  return listAt(config, key).map((value, i) =>
    numberAt({ [`${key}[${i}]`]: value }, `${key}[${i}]`, Number.NaN),
  );
}

export function booleanAt(config: JsonObject, key: string, fallback: boolean): boolean {
  const value = own(config, key) ?? fallback;
  return typeof value === 'boolean' ? value : refuse(key, value, 'true or false');
}

/** The value that a word of the file stands for. */
export function choiceAt<Choices extends Readonly<Record<string, unknown>>>(
  config: JsonObject,
  key: string,
  choices: Choices,
  fallback: keyof Choices & string,
): Choices[keyof Choices] {
  const word = own(config, key) ?? fallback;
  if (typeof word === 'string' && Object.hasOwn(choices, word)) return choices[word as keyof Choices];
  return refuse(key, word, Object.keys(choices).join(' | '));
}

export function listAt(config: JsonObject, key: string): readonly unknown[] {
  const value = own(config, key);
  return Array.isArray(value) ? value : refuse(key, value, 'a list');
}

/** Throws `E_CONFIG` where a key that the file sets has a value other than those listed. */
export function refuseUnsupported(
  config: JsonObject,
  supported: Readonly<Record<string, readonly unknown[]>>,
): void {
  for (const [key, values] of Object.entries(supported)) {
    const value = own(config, key);
    if (value !== undefined && !values.includes(value)) refuse(key, value, values.join(' | '));
  }
}

function own(config: JsonObject, key: string): unknown {
  return Object.hasOwn(config, key) ? config[key] : undefined;
}

function refuse(key: string, got: unknown, expected: string): never {
  throw new TintypeError('E_CONFIG', {
    where: `diffusers configuration: ${key}`,
    what: 'this value is not supported',
    got: typeof got === 'string' ? got : JSON.stringify(got),
    expected,
  });
}
