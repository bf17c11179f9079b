import { TintypeError } from '@tintype/backend';
import type { Storage } from '../checkpoint/storage.ts';
import { parseJsonConfig } from '../config/parse-json-config.ts';
import type { JsonObject } from './json-values.ts';

/**
 * Reads a JSON file that must hold an object, such as `model_index.json` or `scheduler_config.json`.
 * @throws TintypeError `E_PATH`, `E_NO_RUN` where there is none, `E_CONFIG` for anything but an object
 */
export async function readJsonObject(storage: Storage, path: string): Promise<JsonObject> {
  const config = parseJsonConfig(await storage.read(path), path);
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config as JsonObject;
  throw new TintypeError('E_CONFIG', {
    where: path,
    what: 'the file must hold an object',
    got: Array.isArray(config) ? 'a list' : config,
  });
}
