import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearestName } from '@tintype/core-tensor';
import { UsageError } from './usage-error.ts';

type FlagDefinitions = NonNullable<ParseArgsConfig['options']>;
type FlagValues<Flags extends FlagDefinitions> = {
  readonly [Name in keyof Flags]?: Flags[Name]['type'] extends 'boolean' ? boolean : string;
};

/** The values of a command line. Throws `UsageError` naming the nearest flag for one that there is none of. */
export function readFlags<Flags extends FlagDefinitions>(
  args: readonly string[],
  flags: Flags,
): FlagValues<Flags> {
  const unknown = args.find((arg) => arg.startsWith('--') && !Object.hasOwn(flags, nameOf(arg)));
  if (unknown !== undefined) {
    throw new UsageError(
      `Unknown flag ${unknown}.${nearestAdvice(nameOf(unknown), Object.keys(flags), '--')}`,
    );
  }
  try {
    return parseArgs({ args: [...args], options: flags, strict: true }).values as FlagValues<Flags>;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The flag's whole number, or nothing where it is absent. Throws `UsageError`. */
export function wholeFlag(flag: string, text: string | undefined, minimum: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= minimum) return value;
  throw new UsageError(`--${flag} must be a whole number of at least ${minimum}, received ${text}.`);
}

/** ` The nearest is …`, or nothing where no name is near. */
export function nearestAdvice(given: string, known: readonly string[], prefix = ''): string {
  const nearest = nearestName(given, known);
  return nearest === undefined ? '' : ` The nearest is ${prefix}${nearest}.`;
}

function nameOf(arg: string): string {
  return arg.slice(2).split('=')[0]!;
}
