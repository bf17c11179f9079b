import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe } from '@tintype/recipes';
import { type ArgsDef, defineCommand } from 'citty';
import type { Command, CommandContext, CommandResult } from '../command.ts';
import { createFilm, type Film } from '../film.ts';
import { commonFlags } from '../flags.ts';
import { defaultGrid } from '../grid.ts';
import { applyOverrides } from '../overrides.ts';
import { seedInPath } from '../seed.ts';
import { UsageError } from '../usage-error.ts';
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
  gif: {
    type: 'boolean',
    description: 'Also write how the images of the grid come out of the noise, and what is expected of them',
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
  if (flags.isSet('gif')) assertStepwise(recipe);
  const film = flags.isSet('gif')
    ? createFilm({ count: Math.min(count, grid.count), firstIndex, ...columnsOf(recipe) })
    : undefined;
  const out = flags.text('out') ?? join(run, 'samples', `seed-${seedInPath(seed)}`);

  return withTrainedRun(found, context, async (model, facts) => {
    const request = { count, firstIndex, rng, options, ...(film && { onStep: film.onStep }) };
    const written = await writeImages(recipe.sample(model, request), {
      out,
      nameOf: (index) => numberedName(firstIndex + index),
      grid,
      signal,
    });
    const films = film && (await writeFilms(film, out));
    return {
      report: { ...facts, seed, firstIndex, count, options, out, ...written, ...films },
      text: [
        `${written.files.length} images in ${out}`,
        `grid ${written.grid}`,
        ...(films ? [`film ${films.film}`, `previews ${films.previews}`] : []),
      ].join('\n'),
    };
  });
}

/** How the images came out of the noise, and what the network took them to become at each step. */
async function writeFilms(film: Film, out: string): Promise<{ film: string; previews: string }> {
  const { images, previews } = film.encode();
  const paths = { film: join(out, 'film.gif'), previews: join(out, 'previews.gif') };
  await mkdir(out, { recursive: true });
  await writeFile(paths.film, images);
  await writeFile(paths.previews, previews);
  return paths;
}

function assertStepwise({ name, samplesInSteps }: Recipe): void {
  if (samplesInSteps) return;
  throw new UsageError(
    `--gif shows images that are made step by step; ${name} makes them in one. Leave the flag out.`,
  );
}

function columnsOf({ grid }: Recipe): { columns?: number } {
  return grid ? { columns: grid.columns } : {};
}
