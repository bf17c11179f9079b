import { join } from 'node:path';
import { type ArgsDef, defineCommand } from 'citty';
import type { Command, CommandContext, CommandResult } from '../command.ts';
import { commonFlags } from '../flags.ts';
import { defaultGrid } from '../grid.ts';
import { applyOverrides } from '../overrides.ts';
import { seedInPath } from '../seed.ts';
import { findRun, withTrainedRun } from '../with-trained-run.ts';
import { numberedName, writeImages } from '../write-images.ts';

const flags = {
  run: { type: 'positional', description: 'The run folder' },
  count: {
    type: 'string',
    valueHint: 'n',
    description: "Number of images (default: a grid of them, 64 or the recipe's own number)",
  },
  'first-index': {
    type: 'string',
    valueHint: 'i',
    description: 'Index of the first image: image i is the same in any batch (default: 0)',
  },
  set: {
    type: 'string',
    valueHint: 'key=value',
    description: "One of the recipe's sampling options; may be repeated",
  },
  ...commonFlags,
} as const satisfies ArgsDef;

export const sampleCommand: Command = {
  definition: defineCommand({
    meta: { name: 'sample', description: 'Make images with a trained run, one PNG each and a grid' },
    args: flags as ArgsDef,
  }),
  flags,
  run,
};

async function run(context: CommandContext): Promise<CommandResult> {
  const { flags, signal } = context;
  const firstIndex = flags.whole('first-index', 0) ?? 0;
  const asked = flags.whole('count', 1);
  const found = await findRun(context);
  const { run, recipe, seed } = found;
  const grid = recipe.grid ?? defaultGrid;
  const count = asked ?? grid.count;
  const options = applyOverrides(recipe.sampleOptions, flags.all('set'));
  const rng = found.rng.fork('samples');
  const out = flags.text('out') ?? join(run, 'samples', `seed-${seedInPath(seed)}`);

  return withTrainedRun(found, context, async (model, facts) => {
    const written = await writeImages(recipe.sample(model, { count, firstIndex, rng, options }), {
      out,
      nameOf: (index) => numberedName(firstIndex + index),
      grid,
      signal,
    });
    return {
      report: { ...facts, seed, firstIndex, count, options, out, ...written },
      text: `${written.files.length} images in ${out}\ngrid ${written.grid}`,
    };
  });
}
