import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createRandomStream,
  encodePng,
  type ImageBatch,
  makeGrid,
  readCheckpoint,
  readImages,
  TintypeError,
  type tf,
} from '@tintype/core-tensor';
import { createFileStorage } from '@tintype/core-tensor/node';
import type { SampleGrid } from '@tintype/recipes';
import { type ArgsDef, defineCommand } from 'citty';
import type { Command, CommandContext, CommandResult } from '../command.ts';
import { engineSettings, startEngine } from '../engine.ts';
import { commonFlags } from '../flags.ts';
import { defaultGrid, gridOptions } from '../grid.ts';
import { loadTrained } from '../load-trained.ts';
import { applyOverrides } from '../overrides.ts';
import { createSystem } from '../prepare-system.ts';
import { readRecord, recipeOf } from '../run-record.ts';
import { parseSeed, seedInPath } from '../seed.ts';

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

async function run({ flags, terminal, signal, recipes }: CommandContext): Promise<CommandResult> {
  const run = flags.positionals[0]!;
  const firstIndex = flags.whole('first-index', 0) ?? 0;
  const storage = createFileStorage(run);
  const record = await readRecord(storage, run);
  const recipe = recipeOf(record, recipes);
  const count = flags.whole('count', 1) ?? (recipe.grid ?? defaultGrid).count;
  const options = applyOverrides(recipe.sampleOptions, flags.all('set'));
  const seed = flags.text('seed') ?? record.seed;
  const rng = createRandomStream(parseSeed(seed)).fork('samples');
  const out = flags.text('out') ?? join(run, 'samples', `seed-${seedInPath(seed)}`);

  const checkpoint = await readCheckpoint(storage);
  const backend = await startEngine(engineSettings(flags, record.engine));
  const { model, dispose } = createSystem(recipe, record);
  try {
    const weights = loadTrained(model, checkpoint);
    terminal.note(
      `${recipe.name} at step ${checkpoint.step} (${weights} weights) on ${backend.name}: ${backend.reason}\n`,
    );
    await mkdir(out, { recursive: true });
    const batches = recipe.sample(model, { count, firstIndex, rng, options });
    const files = await writeImages(batches, { out, firstIndex, grid: recipe.grid, signal });
    const { name, reason } = backend;
    const facts = { run, recipe: recipe.name, step: checkpoint.step, weights, backend: name, reason };
    return {
      report: { ...facts, seed, firstIndex, count, options, out, ...files },
      text: `${files.files.length} images in ${out}\ngrid ${files.grid}`,
    };
  } finally {
    dispose();
  }
}

interface WriteOptions {
  readonly out: string;
  readonly firstIndex: number;
  readonly grid: SampleGrid | undefined;
  readonly signal: AbortSignal;
}

async function writeImages(
  batches: AsyncIterable<tf.Tensor4D>,
  { out, firstIndex, grid, signal }: WriteOptions,
): Promise<{ files: string[]; grid: string }> {
  const files: string[] = [];
  const shown: ImageBatch[] = [];
  for await (const batch of batches) {
    const images = await readImages(batch).finally(() => batch.dispose());
    for (const image of splitImages(images)) {
      const file = join(out, `${String(firstIndex + files.length).padStart(6, '0')}.png`);
      await writeFile(file, encodePng(makeGrid(image, { padding: 0 })));
      files.push(file);
      if (shown.length < (grid ?? defaultGrid).count) shown.push(image);
    }
    if (signal.aborted) throw new TintypeError('E_ABORTED', { what: `stopped after ${files.length} images` });
  }
  const gridFile = join(out, 'grid.png');
  await writeFile(gridFile, encodePng(makeGrid(joinImages(shown), gridOptions(grid))));
  return { files, grid: gridFile };
}

function splitImages({ shape: [count, height, width, channels], values }: ImageBatch): ImageBatch[] {
  const size = height * width * channels;
  return Array.from({ length: count }, (_, i) => ({
    shape: [1, height, width, channels],
    values: values.slice(i * size, (i + 1) * size),
  }));
}

function joinImages(images: readonly ImageBatch[]): ImageBatch {
  const [, height, width, channels] = images[0]!.shape;
  const size = height * width * channels;
  const values = new Float32Array(images.length * size);
  for (const [i, image] of images.entries()) values.set(image.values, i * size);
  return { shape: [images.length, height, width, channels], values };
}
