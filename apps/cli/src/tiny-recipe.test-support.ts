import { createImageBatches, type ImageDataset } from '@tintype/datasets';
import { type Recipe, vaeMnist } from '@tintype/recipes';
import { runCli } from './cli.ts';
import type { Terminal } from './terminal.ts';

const size = 6;

const pictures: ImageDataset = {
  name: 'pictures',
  size: 20,
  height: size,
  width: size,
  channels: 1,
  pixels: Uint8Array.from({ length: 20 * size * size }, (_, i) => (i * 37) % 256),
};

const { evaluate: _, ...unmeasured } = vaeMnist;

/** A training of milliseconds: the VAE, small, on pictures that need no package. */
export const tinyRecipe: Recipe = {
  ...unmeasured,
  name: 'tiny',
  monitors: async () => [],
  config: { ...vaeMnist.config, imageSize: size, hiddenUnits: [4], latentDim: 2 },
  steps: 6,
  batchSize: 4,
  data: async ({ batchSize, rng, loadImages }) => {
    const dataset = loadImages ? await loadImages({ imageSize: size, channels: 1 }) : pictures;
    return createImageBatches(dataset, { batchSize, rng });
  },
} as Recipe;

export interface Outcome {
  readonly code: number;
  readonly out: readonly string[];
  readonly notes: string;
  /** The only line of stdout as JSON. */
  readonly report: Record<string, unknown>;
}

interface RunOptions {
  readonly recipe?: Recipe;
  readonly signal?: AbortSignal;
}

/** Runs one command line in this process. */
export async function cli(
  args: readonly string[],
  { recipe = tinyRecipe, signal }: RunOptions = {},
): Promise<Outcome> {
  const out: string[] = [];
  let notes = '';
  const terminal: Terminal = {
    out: (text) => void out.push(text),
    note: (text) => {
      notes += text;
    },
    isInteractive: false,
  };
  const code = await runCli(args, {
    terminal,
    signal: signal ?? new AbortController().signal,
    recipes: [recipe],
  });
  return {
    code,
    out,
    notes,
    get report() {
      if (out.length !== 1) throw new Error(`stdout holds ${out.length} documents`);
      return JSON.parse(out[0]!);
    },
  };
}
