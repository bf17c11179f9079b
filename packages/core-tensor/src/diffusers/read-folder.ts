import { TintypeError } from '@tintype/backend';
import { decodeSafetensors } from '../checkpoint/safetensors-decode.ts';
import type { SafetensorsEntry } from '../checkpoint/safetensors-dtype.ts';
import type { Storage } from '../checkpoint/storage.ts';
import { parseJsonConfig } from '../config/parse-json-config.ts';
import type { JsonObject } from './json-values.ts';

/** The files of a model as diffusers' `save_pretrained` writes them. */
export const configFile = 'config.json';
export const weightsFile = 'diffusion_pytorch_model.safetensors';

export interface DiffusersFolder {
  readonly config: JsonObject;
  /** By parameter name, in PyTorch's layouts. */
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
  /** Everything else that lies there, sorted. Nothing of it was opened: neither Python files nor pickles are run. */
  readonly ignoredFiles: readonly string[];
}

/**
 * Reads `config.json` and `diffusion_pytorch_model.safetensors` of a model folder. Reading runs no code.
 * @param folder Path in the storage; `''` is its root.
 * @throws TintypeError `E_PATH`, `E_NO_RUN` where a file is missing, `E_CONFIG`, `E_SAFETENSORS` for a broken file and
 *   for weights that are there as a pickle alone
 */
export async function readDiffusersFolder(storage: Storage, folder: string): Promise<DiffusersFolder> {
  const names = await storage.list(folder);
  for (const name of [configFile, weightsFile]) {
    if (!names.includes(name)) throw noSuchFile(folder, name, names);
  }
  const configPath = pathIn(folder, configFile);
  const config = parseJsonConfig(await storage.read(configPath), configPath);
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new TintypeError('E_CONFIG', {
      where: configPath,
      what: 'the file must hold an object',
      got: Array.isArray(config) ? 'a list' : config,
    });
  }
  const weightsPath = pathIn(folder, weightsFile);
  return {
    config: config as JsonObject,
    tensors: decodeSafetensors(await storage.read(weightsPath), weightsPath),
    ignoredFiles: names.filter((name) => name !== configFile && name !== weightsFile),
  };
}

/** A file of a folder, where `''` is the root of the storage. */
export function pathIn(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

const shownNames = 10;

function noSuchFile(folder: string, name: string, names: readonly string[]): TintypeError {
  const where = pathIn(folder, name);
  const pickle = names.find((each) => /\.(bin|ckpt|pkl|pt|pth)$/i.test(each));
  if (name === weightsFile && pickle !== undefined) {
    return new TintypeError('E_SAFETENSORS', {
      where: pathIn(folder, pickle),
      what: 'the weights are a pickle, which can run code when it is loaded; it was not opened',
      expected: weightsFile,
      remedy: 'Save the model again in Python with `save_pretrained(folder, safe_serialization=True)`',
    });
  }
  const more = names.length > shownNames ? ` and ${names.length - shownNames} more` : '';
  return new TintypeError('E_NO_RUN', {
    where,
    what: 'there is no such file in the model folder',
    got: names.length === 0 ? 'no files' : `${names.slice(0, shownNames).join(', ')}${more}`,
    remedy:
      name === weightsFile
        ? 'Save the model in one file of full precision: no `variant`, and `max_shard_size` above its size'
        : 'Name the folder of one model; in a pipeline that is a subfolder such as `vae` or `unet`',
  });
}
