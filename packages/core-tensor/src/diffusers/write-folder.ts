import { readWeights } from '../checkpoint/load-weights.ts';
import { encodeSafetensors } from '../checkpoint/safetensors-encode.ts';
import type { Storage } from '../checkpoint/storage.ts';
import { assertPlainData } from '../config/plain-data.ts';
import type { ParameterTree } from '../parameters/parameter-tree.ts';
import type { JsonObject } from './json-values.ts';
import { configFile, pathIn, weightsFile } from './read-folder.ts';

export interface DiffusersModel {
  /** Class of diffusers that loads the folder, such as `AutoencoderKL`. */
  readonly className: string;
  /** Under diffusers' names. */
  readonly config: JsonObject;
  readonly parameters: ParameterTree;
}

/**
 * Writes a model as diffusers' `save_pretrained` does, the same bytes for the same weights. `config.json` comes last and
 * an old one goes first, so that a write that was cut short is no model folder instead of a mixed one.
 * @param folder Path in the storage; `''` is its root.
 * @throws TintypeError `E_PATH`, `E_DISK_FULL`, `E_CONFIG` for a configuration that is not plain data
 */
export async function writeDiffusersFolder(
  storage: Storage,
  folder: string,
  { className, config, parameters }: DiffusersModel,
): Promise<void> {
  assertPlainData(config, 'writeDiffusersFolder: config');
  const weights = encodeSafetensors(await readWeights(parameters), { format: 'pt' });
  await storage.remove(pathIn(folder, configFile));
  await storage.write(pathIn(folder, weightsFile), weights);
  const members = Object.entries({ ...config, _class_name: className });
  const sorted = Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = `${JSON.stringify(sorted, null, 2)}\n`;
  await storage.write(pathIn(folder, configFile), new TextEncoder().encode(text));
}
