import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/**
 * Where converted pictures are kept: the given folder, else the one named by the environment variable TINTYPE_CACHE,
 * else `node_modules/.cache/tintype` of the nearest package at or above the working folder; none where there is no
 * package.
 */
export function findCacheFolder(given?: string): string | undefined {
  const named = given ?? process.env.TINTYPE_CACHE;
  if (named) return resolve(named);
  let folder = process.cwd();
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) return undefined;
    folder = above;
  }
  return join(folder, 'node_modules', '.cache', 'tintype');
}
