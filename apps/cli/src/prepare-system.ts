import { type BatchSource, createRandomStream, type Model, type RandomStream } from '@tintype/core-tensor';
import type { ImageDataset } from '@tintype/datasets';
import { createPackageDataFiles, loadImageFolder } from '@tintype/datasets/node';
import type { CreatedModel, Recipe } from '@tintype/recipes';
import type { RunRecord } from './run-record.ts';
import { parseSeed } from './seed.ts';

export interface PreparedSystem extends CreatedModel<Model> {
  /** The stream of the run's seed. */
  readonly rng: RandomStream;
  /** Frees the train step and the model. */
  dispose(): void;
}

type Settings = Pick<RunRecord, 'seed' | 'config'>;

/** The model and train step of a run, fresh from its seed. A backend must be selected. */
export function createSystem(recipe: Recipe, { seed, config }: Settings): PreparedSystem {
  const rng = createRandomStream(parseSeed(seed));
  const created = recipe.create(config, rng.fork('model'));
  return {
    ...created,
    rng,
    dispose: () => {
      created.trainStep.dispose();
      created.model.dispose();
    },
  };
}

export interface LoadedData {
  readonly batches: BatchSource;
  /** What the folder given with `--data` holds. */
  readonly images?: ImageDataset;
}

/** The data of a run: the recipe's own, or the folder given with `--data`. */
export async function loadData(
  recipe: Recipe,
  rng: RandomStream,
  { config, batchSize, data }: Pick<RunRecord, 'config' | 'batchSize' | 'data'>,
): Promise<LoadedData> {
  let images: ImageDataset | undefined;
  const batches = await recipe.data({
    files: createPackageDataFiles(),
    config,
    batchSize,
    rng: rng.fork('data'),
    ...(data !== undefined && {
      loadImages: async (options: { imageSize: number; channels: 1 | 3 }) => {
        images = (await loadImageFolder(data, options)).dataset;
        return images;
      },
    }),
  });
  return { batches, ...(images && { images }) };
}

/** Runs with the averaged weights in place where the system keeps an average, and puts the others back. */
export async function withAverage<T>(ema: CreatedModel<Model>['ema'], run: () => T | Promise<T>): Promise<T> {
  ema?.swap();
  try {
    return await run();
  } finally {
    ema?.swap();
  }
}
