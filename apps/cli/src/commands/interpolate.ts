import { join } from 'node:path';
import { assertShape, type Model, type RandomStream, TintypeError, tf } from '@tintype/core-tensor';
import type { Recipe } from '@tintype/recipes';
import { type ArgsDef, defineCommand } from 'citty';
import { codesOf } from '../codes-of.ts';
import type { Command, CommandContext, CommandResult } from '../command.ts';
import { commonFlags, type FlagValues } from '../flags.ts';
import { loadOriginals, type Originals, originalsFlags } from '../load-originals.ts';
import { seedInPath } from '../seed.ts';
import { UsageError } from '../usage-error.ts';
import { findRun, withTrainedRun } from '../with-trained-run.ts';
import { numberedName, writeImages } from '../write-images.ts';

const flags = {
  run: { type: 'positional', description: 'The run folder' },
  ...originalsFlags,
  steps: {
    type: 'string',
    valueHint: 'k',
    description: 'Images of a row, both ends included (default: 8)',
  },
  count: {
    type: 'string',
    valueHint: 'n',
    description: 'Rows, each between two images that the seed chooses (default: 8)',
  },
  from: { type: 'string', valueHint: 'i', description: 'One row instead, from the image of this index …' },
  to: { type: 'string', valueHint: 'j', description: '… to the image of this index' },
  ...commonFlags,
} as const satisfies ArgsDef;

export const interpolateCommand: Command = {
  definition: defineCommand({
    meta: {
      name: 'interpolate',
      description: 'Make the images between two, by the codes of a trained run',
    },
    args: flags as ArgsDef,
  }),
  flags,
  run,
};

const defaultRows = 8;
const defaultSteps = 8;

type Pair = readonly [from: number, to: number];

async function run(context: CommandContext): Promise<CommandResult> {
  const { flags, signal, recipes } = context;
  const steps = flags.whole('steps', 2) ?? defaultSteps;
  const rows = flags.whole('count', 1);
  const named = namedPair(flags);
  const found = await findRun(context);
  const { run, seed } = found;
  const interpolate = codesOf('interpolate', found.recipe, recipes);
  const folder = named ? `interpolation-${named.join('-')}` : `interpolations-seed-${seedInPath(seed)}`;
  const out = flags.text('out') ?? join(run, 'samples', folder);

  return withTrainedRun(found, context, async (model, facts) => {
    const originals = await loadOriginals(found, flags);
    if (named) assertIndices(named, originals.size);
    const pairs = named ? [named] : choosePairs(rows, originals.size, found.rng.fork('interpolations'));
    const written = await writeImages(rowsOf(model, interpolate, originals, { pairs, steps }), {
      out,
      nameOf: (index) => `${numberedName(Math.floor(index / steps))}-${numberedName(index % steps)}`,
      grid: { columns: steps },
      signal,
    });
    return {
      report: { ...facts, seed, pairs, steps, out, ...written },
      text: [
        ...pairs.map(([from, to], row) => `row ${row}  image ${from} to image ${to}`),
        `${written.files.length} images in ${out}`,
        `grid ${written.grid}`,
      ].join('\n'),
    };
  });
}

/** The pair of `--from` and `--to`, which go together and leave `--count` nothing to say. */
function namedPair(flags: FlagValues): Pair | undefined {
  const [from, to] = [flags.whole('from', 0), flags.whole('to', 0)];
  if (from === undefined && to === undefined) return undefined;
  if (from === undefined || to === undefined) throw new UsageError('--from and --to go together.');
  if (flags.isSet('count')) throw new UsageError('--count: --from and --to name one row.');
  return [from, to];
}

function assertIndices(pair: Pair, size: number): void {
  const outside = pair.find((index) => index >= size);
  if (outside === undefined) return;
  throw new TintypeError('E_CONFIG', {
    where: '--from, --to',
    what: 'there is no such image',
    got: outside,
    expected: `0 … ${size - 1}`,
  });
}

/** Pairs of which no two share an image; pair i is the same however many there are. */
function choosePairs(asked: number | undefined, size: number, rng: RandomStream): Pair[] {
  const most = Math.floor(size / 2);
  const rows = asked ?? Math.min(defaultRows, most);
  if (rows < 1 || rows > most) {
    throw new TintypeError('E_CONFIG', {
      where: '--count',
      what: 'there are not so many pairs of images',
      got: rows,
      expected: `at most ${most}: there are ${size} images`,
    });
  }
  const order = rng.permutation(size);
  return Array.from({ length: rows }, (_, row) => [order[2 * row]!, order[2 * row + 1]!]);
}

/** One row at a time: [steps, h, w, c]. */
async function* rowsOf(
  model: Model,
  interpolate: NonNullable<Recipe['interpolate']>,
  originals: Originals,
  { pairs, steps }: { readonly pairs: readonly Pair[]; readonly steps: number },
): AsyncGenerator<tf.Tensor4D> {
  for (const pair of pairs) {
    yield tf.tidy(() => {
      const [from, to] = pair.map((index) => originals.gather([index])) as [tf.Tensor4D, tf.Tensor4D];
      const row = interpolate(model, { from, to, steps });
      assertShape(row, [steps, ...from.shape.slice(1)], 'interpolate: images');
      return row;
    });
  }
}
