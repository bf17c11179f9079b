import { type Model, tf } from '@tintype/core-tensor';
import { createImageBatches, type ImageDataset } from '@tintype/datasets';
import { type InterpolateRequest, type Recipe, vaeMnist } from '@tintype/recipes';
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

/** Other pictures than those of the training. */
const heldOutPictures: ImageDataset = {
  ...pictures,
  name: 'held-out pictures',
  size: 12,
  pixels: Uint8Array.from({ length: 12 * size * size }, (_, i) => (i * 53 + 7) % 256),
};

/** The part of the VAE that goes from images to images. */
interface Coder extends Model {
  encode(images: tf.Tensor4D): { readonly mu: tf.Tensor2D };
  decode(latents: tf.Tensor2D): tf.Tensor4D;
}

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
  heldOut: async () => heldOutPictures,
  reconstruct: (model: Coder, images: tf.Tensor4D) => tf.tidy(() => model.decode(model.encode(images).mu)),
  interpolate: (model: Coder, { from, to, steps }: InterpolateRequest) =>
    tf.tidy(() => {
      const [start, end] = [model.encode(from).mu, model.encode(to).mu].map((codes) => codes.expandDims(1));
      const weights = tf.linspace(0, 1, steps).reshape([1, steps, 1]);
      const codes = start!.add(end!.sub(start!).mul(weights));
      return model.decode(codes.reshape([from.shape[0] * steps, -1]));
    }),
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
  /** Recipes that are known beside it. */
  readonly others?: readonly Recipe[];
  readonly signal?: AbortSignal;
}

/** Runs one command line in this process. */
export async function cli(
  args: readonly string[],
  { recipe = tinyRecipe, others = [], signal }: RunOptions = {},
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
    recipes: [recipe, ...others],
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
