import { TintypeError } from '@tintype/core-tensor';
import type { DataFiles } from '../data-files.ts';

/** Reads a JSON file of a data package, an object at its top. Throws `E_DATA` for anything else. */
export async function readJsonObject(files: DataFiles, path: string): Promise<Record<string, unknown>> {
  const content = await readJson(files, path);
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) {
    return content as Record<string, unknown>;
  }
  throw new TintypeError('E_DATA', { where: path, what: 'the file is no JSON object', got: typeof content });
}

/** Reads a JSON file of a data package. Throws `E_DATA` where it is not JSON. */
export async function readJson(files: DataFiles, path: string): Promise<unknown> {
  const bytes = await files.read(path);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    const remedy = 'Install the package again';
    throw new TintypeError('E_DATA', { where: path, what: 'the file is not JSON', remedy, cause });
  }
}
