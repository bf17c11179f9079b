import { TintypeError, type tf } from '@tintype/core-tensor';
import { gatherImages, type ImageDataset } from '@tintype/datasets';
import { createPackageDataFiles } from '@tintype/datasets/node';
import type { ArgsDef } from 'citty';
import type { FlagValues } from './flags.ts';
import { loadData } from './prepare-system.ts';
import type { FoundRun } from './with-trained-run.ts';

export const originalsFlags = {
  data: {
    type: 'string',
    valueHint: 'folder',
    description: "PNG and JPEG images of this folder (default: the recipe's held-out images)",
  },
} as const satisfies ArgsDef;

/** Images that go through a run's codes. */
export interface Originals {
  readonly size: number;
  /** The images at these indices, [n, h, w, c] in [-1, 1] at the size of the model. */
  gather(indices: readonly number[]): tf.Tensor4D;
}

/**
 * The images that no training of the recipe sees, or those of the folder given with `--data`. Throws `E_CONFIG` where
 * the recipe holds none back, and where the run was trained on images that its recipe does not know.
 */
export async function loadOriginals(found: FoundRun, flags: FlagValues): Promise<Originals> {
  const { record } = found;
  const data = flags.text('data');
  const dataset = data === undefined ? await heldOutOf(found) : await folderFor(found, data);
  const imageSize = imageSizeOf(record.config);
  return {
    size: dataset.size,
    gather: (indices) => gatherImages(dataset, indices, imageSize),
  };
}

async function heldOutOf({ recipe, record: { config, data } }: FoundRun): Promise<ImageDataset> {
  if (data === undefined && recipe.heldOut)
    return recipe.heldOut({ files: createPackageDataFiles(), config });
  throw new TintypeError('E_CONFIG', {
    where: recipe.name,
    what:
      data === undefined
        ? 'the recipe holds no images back'
        : `the run was trained on other images, ${data}, of which none are held back`,
    remedy: 'Name a folder of images with --data',
  });
}

/** Loaded as a training on this folder would, so at the size and in the channels that the recipe asks for. */
async function folderFor({ recipe, record, rng }: FoundRun, data: string): Promise<ImageDataset> {
  const { images } = await loadData(recipe, rng, { config: record.config, batchSize: 1, data });
  if (images) return images;
  throw new TintypeError('E_CONFIG', {
    where: `--data ${data}`,
    what: `${recipe.name} works on no images but its own`,
  });
}

function imageSizeOf(config: object): number | undefined {
  return 'imageSize' in config && typeof config.imageSize === 'number' ? config.imageSize : undefined;
}
