import { nearestName } from '@tintype/core-tensor';
import type { ArgsDef } from 'citty';
import { UsageError } from './usage-error.ts';

/** What every command takes. */
export const commonFlags = {
  help: { type: 'boolean', alias: 'h', description: 'Show this text' },
  json: { type: 'boolean', description: 'One JSON document on stdout, everything else on stderr' },
  seed: {
    type: 'string',
    valueHint: 'seed',
    description: 'Whole number or text; decides everything that is random',
  },
  backend: {
    type: 'string',
    valueHint: 'webgpu|wasm|cpu',
    description: 'Exactly this one, or fail (default: the first that works)',
  },
  threads: { type: 'string', valueHint: 'n', description: 'Threads for the kernels' },
  deterministic: { type: 'boolean', description: 'Equal runs give equal bits' },
  out: { type: 'string', valueHint: 'path', description: 'Where to write' },
} as const satisfies ArgsDef;

export interface FlagValues {
  readonly positionals: readonly string[];
  /** Every value that a flag was given, in order; empty where it was not. */
  all(name: string): readonly string[];
  text(name: string): string | undefined;
  isSet(name: string): boolean;
  /** Throws `UsageError` for anything but a whole number of at least `minimum`. */
  whole(name: string, minimum: number): number | undefined;
  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined;
}

const repeatable = ['set'];

/**
 * Reads a command line strictly. Throws `UsageError` for an unknown flag (naming the nearest), a missing value, a
 * flag given twice, and a positional argument too few or too many.
 */
export function readFlags(rawArgs: readonly string[], definitions: ArgsDef): FlagValues {
  const given = new Map<string, string[]>();
  const positionals: string[] = [];
  const rest = [...rawArgs];
  while (rest.length > 0) {
    const arg = rest.shift()!;
    if (arg === '--') positionals.push(...rest.splice(0));
    else if (!arg.startsWith('-') || arg === '-') positionals.push(arg);
    else {
      const { name, value } = readFlag(arg, rest, definitions);
      const values = given.get(name) ?? [];
      if (values.length > 0 && !repeatable.includes(name)) throw new UsageError(`--${name} is given twice.`);
      given.set(name, [...values, value]);
    }
  }
  if (!given.has('help')) assertPositionals(positionals, definitions);
  return flagValues(given, positionals);
}

function readFlag(arg: string, rest: string[], definitions: ArgsDef): { name: string; value: string } {
  const [flag, inline] = splitOnce(arg, '=');
  const name = nameOf(flag, definitions);
  if (definitions[name]!.type === 'boolean') {
    if (inline !== undefined) throw new UsageError(`--${name} takes no value.`);
    return { name, value: 'true' };
  }
  const value = inline ?? rest.shift();
  if (value === undefined || (inline === undefined && value.startsWith('--'))) {
    throw new UsageError(`--${name} needs a value.`);
  }
  return { name, value };
}

function nameOf(flag: string, definitions: ArgsDef): string {
  for (const [name, definition] of Object.entries(definitions)) {
    if (definition.type === 'positional') continue;
    if (flag === `--${name}` || ('alias' in definition && flag === `-${definition.alias}`)) return name;
  }
  const names = Object.keys(definitions).filter((name) => definitions[name]!.type !== 'positional');
  const nearest = nearestName(flag.replace(/^-+/, ''), names);
  throw new UsageError(
    `Unknown flag ${flag}.${nearest === undefined ? '' : ` The nearest is --${nearest}.`}`,
  );
}

function assertPositionals(positionals: readonly string[], definitions: ArgsDef): void {
  const expected = Object.keys(definitions).filter((name) => definitions[name]!.type === 'positional');
  if (positionals.length < expected.length) {
    throw new UsageError(`${expected[positionals.length]!.toUpperCase()} is missing.`);
  }
  const extra = positionals[expected.length];
  if (extra !== undefined) throw new UsageError(`Unexpected argument ${extra}.`);
}

function flagValues(
  given: ReadonlyMap<string, readonly string[]>,
  positionals: readonly string[],
): FlagValues {
  const text = (name: string) => given.get(name)?.[0];
  return {
    positionals,
    all: (name) => given.get(name) ?? [],
    text,
    isSet: (name) => given.has(name),
    whole: (name, minimum) => {
      const value = text(name);
      if (value === undefined) return undefined;
      const number = Number(value);
      if (!/^\d+$/.test(value) || !Number.isSafeInteger(number) || number < minimum) {
        throw new UsageError(`--${name} must be a whole number of at least ${minimum}, received ${value}.`);
      }
      return number;
    },
    oneOf: (name, choices) => {
      const value = text(name);
      const choice = choices.find((each) => each === value);
      if (value !== undefined && choice === undefined) {
        throw new UsageError(`--${name} must be one of ${choices.join(', ')}, received ${value}.`);
      }
      return choice;
    },
  };
}

export function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
