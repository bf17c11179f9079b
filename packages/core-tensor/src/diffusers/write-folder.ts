import { readWeights } from '../checkpoint/load-weights.ts';
import type { SafetensorsEntry } from '../checkpoint/safetensors-dtype.ts';
import { encodeSafetensors } from '../checkpoint/safetensors-encode.ts';
import type { Storage } from '../checkpoint/storage.ts';
import { assertPlainData } from '../config/plain-data.ts';
import type { ParameterTree } from '../parameters/parameter-tree.ts';
import { isWeightsFile, weightsFile } from './choose-weights.ts';
import type { JsonObject } from './json-values.ts';
import { pathIn } from './path-in.ts';
import { configFile } from './read-folder.ts';
import { writeJsonObject } from './write-json-object.ts';

export interface DiffusersModel {
  /** Class of diffusers that loads the folder, such as `AutoencoderKL`. */
  readonly className: string;
  /** Under diffusers' names. */
  readonly config: JsonObject;
  readonly parameters: ParameterTree;
  /** Rearranges the tensors for the file. @default as they are */
  readonly arrange?: (
    tensors: ReadonlyMap<string, SafetensorsEntry>,
  ) => ReadonlyMap<string, SafetensorsEntry>;
}

/**
 * Writes a model as diffusers' `save_pretrained` does, the same bytes for the same weights. `config.json` comes last and
 * an old one goes first, so that a write that was cut short is no model folder instead of a mixed one. Shards, their
 * index and variants that lay there go too: they belonged to the old weights.
 * @param folder Path in the storage; `''` is its root.
 * @throws TintypeError `E_PATH`, `E_DISK_FULL`, `E_CONFIG` for a configuration that is not plain data
 */
export async function writeDiffusersFolder(
  storage: Storage,
  folder: string,
  { className, config, parameters, arrange = (tensors) => tensors }: DiffusersModel,
): Promise<void> {
  assertPlainData(config, 'writeDiffusersFolder: config');
  const weights = encodeSafetensors(arrange(await readWeights(parameters)), { format: 'pt' });
  await storage.remove(pathIn(folder, configFile));
  for (const name of await storage.list(folder)) {
    if (isWeightsFile(name) && name !== weightsFile) await storage.remove(pathIn(folder, name));
  }
  await storage.write(pathIn(folder, weightsFile), weights);
  await writeJsonObject(storage, pathIn(folder, configFile), { ...config, _class_name: className });
}
