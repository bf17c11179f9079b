import { stripVTControlCharacters } from 'node:util';
import { nearestName, TintypeError } from '@tintype/core-tensor';
import { recipes as allRecipes, type Recipe } from '@tintype/recipes';
import { type ArgsDef, type CommandDef, defineCommand, renderUsage } from 'citty';
import type { Command } from './command.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { exportCommand } from './commands/export.ts';
import { importCommand } from './commands/import.ts';
import { inspectCommand } from './commands/inspect.ts';
import { interpolateCommand } from './commands/interpolate.ts';
import { reconstructCommand } from './commands/reconstruct.ts';
import { resumeCommand } from './commands/resume.ts';
import { sampleCommand } from './commands/sample.ts';
import { trainCommand } from './commands/train.ts';
import { commonFlags, readFlags } from './flags.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

export interface CliContext {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** @default every recipe there is */
  readonly recipes?: readonly Recipe[];
}

const commands: Readonly<Record<string, Command>> = {
  train: trainCommand,
  resume: resumeCommand,
  sample: sampleCommand,
  evaluate: evaluateCommand,
  reconstruct: reconstructCommand,
  interpolate: interpolateCommand,
  inspect: inspectCommand,
  import: importCommand,
  export: exportCommand,
};

const program: CommandDef<ArgsDef> = defineCommand({
  meta: { name: 'tintype', description: 'Trains generative image models and samples from them' },
  subCommands: Object.fromEntries(
    Object.entries(commands).map(([name, { definition }]) => [name, definition]),
  ),
});

/** Errors of these codes are the command line's fault. */
const usageCodes = ['E_CONFIG', 'E_SEED', 'E_UNKNOWN_OPTION'];

/** Runs one command line. The exit code: 0 done, 1 failed, 2 bad usage; interruptions are the caller's to add. */
export async function runCli(rawArgs: readonly string[], context: CliContext): Promise<number> {
  const { terminal, signal, recipes = allRecipes } = context;
  const isJson = rawArgs.includes('--json');
  try {
    const [name, ...rest] = rawArgs;
    if (name === undefined || name === '--help' || name === '-h') {
      const usage = stripVTControlCharacters(await renderUsage(program));
      if (name === undefined) throw new UsageError(`A command is missing.\n\n${usage}`);
      terminal.out(usage);
      return 0;
    }
    const command = findCommand(name);
    const flags = readFlags(rest, { ...command.flags, ...commonFlags });
    if (flags.isSet('help')) {
      terminal.out(stripVTControlCharacters(await renderUsage(command.definition, program)));
      return 0;
    }
    const { report, text } = await command.run({ flags, terminal, signal, recipes });
    terminal.out(isJson ? JSON.stringify(report) : text);
    return 0;
  } catch (error) {
    return explain(error, isJson, terminal);
  }
}

function findCommand(name: string): Command {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command) return command;
  const nearest = nearestName(name, Object.keys(commands));
  const advice = nearest === undefined ? '' : ` The nearest is ${nearest}.`;
  throw new UsageError(`There is no command ${name}.${advice} Known: ${Object.keys(commands).join(', ')}.`);
}

function explain(error: unknown, isJson: boolean, terminal: Terminal): number {
  const code =
    error instanceof TintypeError ? error.code : error instanceof UsageError ? 'E_USAGE' : 'E_INTERNAL';
  const message = error instanceof Error ? error.message : String(error);
  const isExpected = code !== 'E_INTERNAL';
  terminal.note(isExpected ? `${message}\n` : `${error instanceof Error ? error.stack : message}\n`);
  if (isJson) terminal.out(JSON.stringify({ error: { code, message } }));
  return error instanceof UsageError || usageCodes.includes(code) ? 2 : 1;
}
