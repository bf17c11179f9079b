import { loadWeights } from '../checkpoint/load-weights.ts';
import type { SafetensorsEntry } from '../checkpoint/safetensors-dtype.ts';
import type { Storage } from '../checkpoint/storage.ts';
import type { Model } from '../parameters/model.ts';
import { readOldAttention } from './attention-names.ts';
import type { JsonObject } from './json-values.ts';
import { pathIn } from './path-in.ts';
import { type DiffusersFolderOptions, readDiffusersFolder } from './read-folder.ts';

export interface LoadedModel<Loaded extends Model> {
  readonly model: Loaded;
  /** The file or the shards that were read. */
  readonly weightsFiles: readonly string[];
  /** Such as `fp16`; null is full precision. */
  readonly variant: string | null;
  /** What else lies in the folder; nothing of it was opened. */
  readonly ignoredFiles: readonly string[];
}

export interface LoadDiffusersModelOptions<Loaded extends Model> extends DiffusersFolderOptions {
  /** Rearranges the tensors of the file for this model. @default as they are */
  readonly arrange?: (
    tensors: ReadonlyMap<string, SafetensorsEntry>,
    model: Loaded,
  ) => ReadonlyMap<string, SafetensorsEntry>;
}

/**
 * Reads a folder of diffusers, lets `create` make the model of its configuration and loads the weights by name: whole
 * or in shards, float16 and bfloat16 as float32, attention of old diffusers under today's names. All or nothing: where
 * the weights do not fit, the model is freed.
 * @throws TintypeError what `readDiffusersFolder` and `create` throw; `E_CHECKPOINT_MISMATCH` listing what is missing,
 *   unexpected and of another shape
 */
export async function loadDiffusersModel<Loaded extends Model>(
  storage: Storage,
  folder: string,
  create: (config: JsonObject) => Loaded,
  { arrange = (tensors) => tensors, variant }: LoadDiffusersModelOptions<Loaded> = {},
): Promise<LoadedModel<Loaded>> {
  const { config, tensors, ...files } = await readDiffusersFolder(storage, folder, { variant });
  const model = create(config);
  try {
    const where = pathIn(folder, files.weightsFiles[0] ?? '');
    loadWeights(model.parameters, arrange(readOldAttention(tensors), model), { where });
  } catch (error) {
    model.dispose();
    throw error;
  }
  return { model, ...files };
}
