import { nodeModule } from '../device/node-modules.ts';

/** Parses a file of `fixtures/reference` in the checkout, e.g. `gradients/cases.json`. Node only. */
export function loadReferenceJson<T = unknown>(path: string): T {
  const files = nodeModule('node:fs');
  const paths = nodeModule('node:path');
  const urls = nodeModule('node:url');
  if (files === undefined || paths === undefined || urls === undefined) {
    throw new Error('loadReferenceJson reads the disk and works in Node only');
  }
  let folder = paths.dirname(urls.fileURLToPath(import.meta.url));
  while (!files.existsSync(paths.join(folder, 'fixtures/reference'))) {
    const parent = paths.dirname(folder);
    if (parent === folder) throw new Error('no fixtures/reference above the testing module');
    folder = parent;
  }
  return JSON.parse(files.readFileSync(paths.join(folder, 'fixtures/reference', path), 'utf8')) as T;
}
