import { decodeSafetensors } from '../checkpoint/safetensors-decode.ts';
import type { SafetensorsEntry } from '../checkpoint/safetensors-dtype.ts';
import type { Storage } from '../checkpoint/storage.ts';
import { chooseWeights, noSuchFile } from './choose-weights.ts';
import type { JsonObject } from './json-values.ts';
import { pathIn } from './path-in.ts';
import { readJsonObject } from './read-json-object.ts';
import { readShards } from './read-shards.ts';

/** The configuration of a model as diffusers' `save_pretrained` writes it. */
export const configFile = 'config.json';

export interface DiffusersFolderOptions {
  /** Which weights, such as `fp16`. @default full precision, or the only variant there is */
  readonly variant?: string;
}

export interface DiffusersFolder {
  readonly config: JsonObject;
  /** By parameter name, in PyTorch's layouts and in the precision of the file. */
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
  /** The file or the shards that were read. */
  readonly weightsFiles: readonly string[];
  /** Such as `fp16`; null is full precision. */
  readonly variant: string | null;
  /** Everything else that lies there, sorted. Nothing of it was opened: neither Python files nor pickles are run. */
  readonly ignoredFiles: readonly string[];
}

/**
 * Reads `config.json` and `diffusion_pytorch_model.safetensors`, its variant or its shards, of a model folder. Reading
 * runs no code.
 * @param folder Path in the storage; `''` is its root.
 * @throws TintypeError `E_PATH`, `E_NO_RUN` where a file is missing, `E_CONFIG`, `E_SAFETENSORS` for a broken file, for
 *   shards that do not fit their index and for weights that are there as a pickle alone
 */
export async function readDiffusersFolder(
  storage: Storage,
  folder: string,
  { variant }: DiffusersFolderOptions = {},
): Promise<DiffusersFolder> {
  const names = await storage.list(folder);
  if (!names.includes(configFile)) {
    const remedy = 'Name the folder of one model; in a pipeline that is a subfolder such as `vae` or `unet`';
    throw noSuchFile(folder, configFile, names, remedy);
  }
  const chosen = chooseWeights(folder, names, variant);
  const config = await readJsonObject(storage, pathIn(folder, configFile));
  const { tensors, files } = chosen.isIndex
    ? await readShards(storage, folder, chosen.file, names)
    : await readSingle(storage, folder, chosen.file);
  const used = [configFile, chosen.file, ...files];
  return {
    config,
    tensors,
    weightsFiles: files,
    variant: chosen.variant,
    ignoredFiles: names.filter((name) => !used.includes(name)),
  };
}

async function readSingle(storage: Storage, folder: string, file: string) {
  const path = pathIn(folder, file);
  return { tensors: decodeSafetensors(await storage.read(path), path), files: [file] };
}
