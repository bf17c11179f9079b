import type { Storage } from '../checkpoint/storage.ts';
import { assertPlainData } from '../config/plain-data.ts';
import type { JsonObject } from './json-values.ts';

/**
 * Writes an object as diffusers writes its configurations: keys in order, indented by two.
 * @throws TintypeError `E_PATH`, `E_DISK_FULL`, `E_CONFIG` for what is not plain data
 */
export async function writeJsonObject(storage: Storage, path: string, object: JsonObject): Promise<void> {
  assertPlainData(object, path);
  const sorted = Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
  await storage.write(path, new TextEncoder().encode(`${JSON.stringify(sorted, null, 2)}\n`));
}
