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

/** What diffusers writes into a configuration beside the arguments of the class; none of it changes the function. */
const harmlessKeys: readonly string[] = [
  // The averaging of an EMA folder.
  'decay',
  'inv_gamma',
  'min_decay',
  'optimization_step',
  'power',
  'update_after_step',
  'use_ema_warmup',
  // Of its first releases: what arrays were made of, and the steps of the last run.
  'tensor_format',
  'timestep_values',
];

/**
 * Throws `E_CONFIG` for a key that is not known and that is switched on: a newer diffusers may have put into it what
 * changes the function. Switched off is what says null or false; private keys (`_…`) say where a file comes from.
 */
export function refuseUnknownKeys(config: JsonObject, known: readonly string[]): void {
  for (const [key, value] of Object.entries(config)) {
    const isOff = value === null || value === false;
    if (isOff || key.startsWith('_') || known.includes(key) || harmlessKeys.includes(key)) continue;
    throw new TintypeError('E_CONFIG', {
      where: `diffusers configuration: ${key}`,
      what: 'this key is not known and may change what the model computes',
      got: typeof value === 'string' ? value : JSON.stringify(value),
      expected: 'no such key, null or false',
      remedy: 'Remove it from the file if you know that it changes nothing',
    });
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
