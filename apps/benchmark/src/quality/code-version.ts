import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** The root of the checkout that this file lies in. */
export function findCheckout(from: string = import.meta.dirname): string {
  let folder = from;
  while (!existsSync(join(folder, 'pnpm-workspace.yaml'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`There is no pnpm-workspace.yaml above ${from}.`);
    folder = parent;
  }
  return folder;
}

/** Sources that figures are a function of; thresholds and words are not among them. */
const folders = ['src', 'assembly', 'weights'];
const suitesFolder = ['apps', 'benchmark', 'src', 'quality', 'suites'];
/** The property of a recipe, as the formatter lays it out. */
const expectations = /^ {2}expectations: \[(?:\]|[\s\S]*?^ {2}\]),$/gm;
const isLeftOut = (path: string) => /\.test(-support)?\.ts$|\.md$/.test(path);

/**
 * First 16 hexadecimal digits of a SHA-256 of every source that a figure can depend on: results and trainings of another
 * version are made anew. A commit would not do, as the results are committed themselves.
 */
export function readCodeVersion(checkout: string = findCheckout()): string {
  const packages = join(checkout, 'packages');
  const names = existsSync(packages) ? readdirSync(packages) : [];
  const roots = [
    ...names.flatMap((name) => folders.map((folder) => join(packages, name, folder))),
    join(checkout, ...suitesFolder),
  ];
  const hash = createHash('sha256');
  for (const path of roots.flatMap(filesIn).sort()) {
    hash
      .update(relative(checkout, path).split(sep).join('/'))
      .update('\0')
      .update(readSource(path))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

/** Without a recipe's frozen expectations, which are made of the results: they are the last thing that is written down. */
function readSource(path: string): Buffer | string {
  if (!path.includes(join('recipes', 'src'))) return readFileSync(path);
  return readFileSync(path, 'utf8').replace(expectations, '');
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !isLeftOut(path));
}
