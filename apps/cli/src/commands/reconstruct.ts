import { join } from 'node:path';
import { assertShape, TintypeError, tf } from '@tintype/core-tensor';
import { type ArgsDef, defineCommand } from 'citty';
import { codesOf } from '../codes-of.ts';
import type { Command, CommandContext, CommandResult } from '../command.ts';
import { commonFlags } from '../flags.ts';
import { loadOriginals, type Originals, originalsFlags } from '../load-originals.ts';
import { findRun, withTrainedRun } from '../with-trained-run.ts';
import { numberedName, writeImages } from '../write-images.ts';

const flags = {
  run: { type: 'positional', description: 'The run folder' },
  ...originalsFlags,
  count: { type: 'string', valueHint: 'n', description: 'Number of images (default: 32)' },
  'first-index': { type: 'string', valueHint: 'i', description: 'Index of the first image (default: 0)' },
  ...commonFlags,
} as const satisfies ArgsDef;

export const reconstructCommand: Command = {
  definition: defineCommand({
    meta: {
      name: 'reconstruct',
      description: 'Take images through the codes of a trained run and back, and measure what is lost',
    },
    args: flags as ArgsDef,
  }),
  flags,
  run,
};

const defaultCount = 32;
const batchSize = 32;

async function run(context: CommandContext): Promise<CommandResult> {
  const { flags, signal, recipes } = context;
  const firstIndex = flags.whole('first-index', 0) ?? 0;
  const asked = flags.whole('count', 1);
  const found = await findRun(context);
  const reconstruct = codesOf('reconstruct', found.recipe, recipes);
  const out = flags.text('out') ?? join(found.run, 'samples', 'reconstructions');

  return withTrainedRun(found, context, async (model, facts) => {
    const originals = await loadOriginals(found, flags);
    const count = asked ?? Math.max(1, Math.min(defaultCount, originals.size - firstIndex));
    assertRange(firstIndex, count, originals.size);
    const errors: number[] = [];
    const pairs = pairsOf((images) => reconstruct(model, images), originals, { firstIndex, count, errors });
    const shownPairs = Math.min(count, defaultCount);
    const written = await writeImages(pairs, {
      out,
      nameOf: (index) => numberedName(firstIndex + index),
      imagesPerFile: 2,
      grid: { count: 2 * shownPairs, columns: 2 * Math.ceil(Math.sqrt(shownPairs / 2)) },
      signal,
    });
    const [mse, psnr] = [meanOf(errors), meanOf(errors.map((error) => -10 * Math.log10(error)))];
    return {
      report: { ...facts, firstIndex, count, mse, psnr, out, ...written },
      text: [
        `mse   ${mse.toPrecision(4)} of pixels in [0, 1]`,
        `psnr  ${psnr.toPrecision(4)} dB`,
        `${count} pairs in ${out}, each original left of its reconstruction`,
        `grid  ${written.grid}`,
      ].join('\n'),
    };
  });
}

function assertRange(firstIndex: number, count: number, size: number): void {
  if (firstIndex + count <= size) return;
  throw new TintypeError('E_CONFIG', {
    where: '--first-index, --count',
    what: 'there are not so many images',
    got: `images ${firstIndex} … ${firstIndex + count - 1}`,
    expected: `images 0 … ${size - 1}`,
  });
}

interface PairOptions {
  readonly firstIndex: number;
  readonly count: number;
  /** Takes the mean squared error of each pair, pixels in [0, 1]. */
  readonly errors: number[];
}

/** Batches [2b, h, w, c]: each original and, behind it, its reconstruction. */
async function* pairsOf(
  reconstruct: (images: tf.Tensor4D) => tf.Tensor4D,
  originals: Originals,
  { firstIndex, count, errors }: PairOptions,
): AsyncGenerator<tf.Tensor4D> {
  const end = firstIndex + count;
  for (let first = firstIndex; first < end; first += batchSize) {
    const indices = Array.from({ length: Math.min(batchSize, end - first) }, (_, i) => first + i);
    const { pairs, squares } = tf.tidy(() => {
      const images = originals.gather(indices);
      const back = reconstruct(images);
      assertShape(back, images.shape, 'reconstruct: images');
      const [b, h, w, c] = images.shape;
      return {
        pairs: tf.stack([images, back], 1).reshape([2 * b, h, w, c]) as tf.Tensor4D,
        squares: images.sub(back).div(2).square().mean([1, 2, 3]) as tf.Tensor1D,
      };
    });
    errors.push(...(await squares.data()));
    squares.dispose();
    yield pairs;
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
