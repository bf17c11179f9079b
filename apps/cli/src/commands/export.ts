import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Storage, TintypeError } from '@tintype/core-tensor';
import { createFileStorage } from '@tintype/core-tensor/node';
import type { ModelExports, Recipe } from '@tintype/recipes';
import { type ArgsDef, defineCommand } from 'citty';
import type { Command, CommandContext, CommandResult } from '../command.ts';
import { commonFlags } from '../flags.ts';
import { UsageError } from '../usage-error.ts';
import { findRun, withTrainedRun } from '../with-trained-run.ts';

const flags = {
  run: { type: 'positional', description: 'The run folder' },
  to: {
    type: 'string',
    valueHint: 'diffusers|onnx',
    description: 'A pipeline folder that diffusers loads, or a network that onnxruntime runs',
  },
  raw: {
    type: 'boolean',
    description: 'The weights as they were trained (default: their average, which sampling uses)',
  },
  force: { type: 'boolean', description: 'Write into a folder that is not empty; other files in it stay' },
  ...commonFlags,
} as const satisfies ArgsDef;

export const exportCommand: Command = {
  definition: defineCommand({
    meta: { name: 'export', description: 'Write the model of a trained run for other programs' },
    args: flags as ArgsDef,
  }),
  flags,
  run,
};

type Format = keyof ModelExports;
const formats = ['diffusers', 'onnx'] as const satisfies readonly Format[];

async function run(context: CommandContext): Promise<CommandResult> {
  const { flags, recipes } = context;
  const to = flags.oneOf('to', formats);
  const out = flags.text('out');
  if (to === undefined) throw new UsageError(`--to is missing: one of ${formats.join(', ')}.`);
  if (out === undefined) throw new UsageError('--out is missing: the folder to write.');
  const found = await findRun(context);
  assertExport(to, found.recipe, recipes);
  if (!flags.isSet('force')) await assertEmpty(out);

  return withTrainedRun(
    found,
    context,
    async (model, facts) => {
      const { storage, written } = recordWrites(createFileStorage(out));
      await found.recipe.exports![to]!(model, { storage, config: found.record.config });
      const files = [...written].map((path) => join(out, path));
      return { report: { ...facts, to, out, files }, text: files.join('\n') };
    },
    { isRaw: flags.isSet('raw') },
  );
}

function assertExport(to: Format, recipe: Recipe, recipes: readonly Recipe[]): void {
  if (recipe.exports?.[to]) return;
  const able = recipes.filter((each) => each.exports?.[to]).map(({ name }) => name);
  const others = formats.filter((format) => recipe.exports?.[format]);
  const remedies = [
    ...(others.length > 0 ? [`Its runs can be written as ${others.join(', ')}`] : []),
    ...(able.length > 0 ? [`Recipes whose runs can: ${able.join(', ')}`] : []),
  ];
  throw new TintypeError('E_CONFIG', {
    where: `export: ${recipe.name} (${recipe.system})`,
    what: `runs of this recipe cannot be written as ${to}`,
    ...(remedies.length > 0 && { remedy: remedies.join('. ') }),
  });
}

/** Throws `E_RUN_EXISTS` for a folder with something in it, `E_PATH` for what is no folder. */
async function assertEmpty(out: string): Promise<void> {
  const names = await readdir(out).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw new TintypeError('E_PATH', {
      where: `--out ${out}`,
      what: 'this is no folder that can be read',
      cause,
    });
  });
  if (names.length === 0) return;
  throw new TintypeError('E_RUN_EXISTS', {
    where: `--out ${out}`,
    what: 'the folder is not empty',
    remedy: 'Choose another, or write into it with --force',
  });
}

/** The same storage, and the paths of what was written to it. */
function recordWrites(storage: Storage): { storage: Storage; written: ReadonlySet<string> } {
  const written = new Set<string>();
  return {
    storage: {
      ...storage,
      async write(path, content) {
        await storage.write(path, content);
        written.add(path);
      },
    },
    written,
  };
}
