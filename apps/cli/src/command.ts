import type { Recipe } from '@tintype/recipes';
import type { ArgsDef, CommandDef } from 'citty';
import type { FlagValues } from './flags.ts';
import type { Terminal } from './terminal.ts';

/** What a command works with; a test hands in its own. */
export interface CommandContext {
  readonly flags: FlagValues;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly recipes: readonly Recipe[];
}

/** What a command found or did: the JSON document of `--json`, and the same for a reader. */
export interface CommandResult {
  readonly report: object;
  readonly text: string;
}

export interface Command {
  readonly definition: CommandDef<ArgsDef>;
  readonly flags: ArgsDef;
  run(context: CommandContext): Promise<CommandResult>;
}
