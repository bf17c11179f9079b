import { loadWeights } from '../checkpoint/load-weights.ts';
import type { Storage } from '../checkpoint/storage.ts';
import type { Model } from '../parameters/model.ts';
import { renameOldAttention } from './attention-names.ts';
import type { JsonObject } from './json-values.ts';
import { pathIn, readDiffusersFolder, weightsFile } from './read-folder.ts';

export interface LoadedModel<Loaded extends Model> {
  readonly model: Loaded;
  /** What else lies in the folder; nothing of it was opened. */
  readonly ignoredFiles: readonly string[];
}

/**
 * Reads a folder of diffusers, lets `create` make the model of its configuration and loads the weights by name; the
 * attention names of old diffusers are understood. All or nothing: where the weights do not fit, the model is freed.
 * @throws TintypeError what `readDiffusersFolder` and `create` throw; `E_CHECKPOINT_MISMATCH` listing what is missing,
 *   unexpected and of another shape
 */
export async function loadDiffusersModel<Loaded extends Model>(
  storage: Storage,
  folder: string,
  create: (config: JsonObject) => Loaded,
): Promise<LoadedModel<Loaded>> {
  const { config, tensors, ignoredFiles } = await readDiffusersFolder(storage, folder);
  const model = create(config);
  try {
    loadWeights(model.parameters, renameOldAttention(tensors), { where: pathIn(folder, weightsFile) });
  } catch (error) {
    model.dispose();
    throw error;
  }
  return { model, ignoredFiles };
}
