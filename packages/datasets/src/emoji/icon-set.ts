import { TintypeError } from '@tintype/core-tensor';
import type { DataFiles } from '../data-files.ts';
import { compareCodePoints, normalizeCodePoints } from '../pictures/code-points.ts';
import type { Picture, PictureSet } from '../pictures/picture.ts';
import { readJsonObject } from '../pictures/read-json-object.ts';

type IconSetIdentity = Pick<PictureSet, 'name' | 'packageName' | 'licence' | 'attribution'>;

/**
 * A set of emoji in the format of Iconify: `chars.json` maps code points to keys, `metadata.json` groups the keys,
 * `icons.json` holds the drawings. An icon that is another one mirrored has no code points of its own and is left out.
 * Reading throws `E_DATA` where a file is damaged.
 */
export function createIconSet(identity: IconSetIdentity): PictureSet {
  const { packageName } = identity;
  return {
    ...identity,

    async list(files) {
      const chars = await readJsonObject(files, `${packageName}/chars.json`);
      const categoryOf = await readCategories(files, `${packageName}/metadata.json`);
      const pictures = Object.entries(chars).map(([text, id]): Picture => {
        const codePoints = normalizeCodePoints(text);
        const category = typeof id === 'string' ? categoryOf.get(id) : undefined;
        if (typeof id !== 'string' || category === undefined) {
          throw damaged(`${packageName}/metadata.json`, 'a picture has no category', id);
        }
        return { id, name: id, codePoints, category };
      });
      return pictures.sort((a, b) => compareCodePoints(a.codePoints, b.codePoints));
    },

    async read(files, pictures) {
      const path = `${packageName}/icons.json`;
      const set = await readJsonObject(files, path);
      const { icons } = set;
      if (typeof icons !== 'object' || icons === null)
        throw damaged(path, 'there are no icons', typeof icons);
      return pictures.map(({ id }) => {
        const icon: unknown = Object.hasOwn(icons, id) ? icons[id as keyof typeof icons] : undefined;
        return iconSvg({ ...sizeOf(set), ...asObject(icon) }, id, path);
      });
    },
  };
}

/** The part of Iconify's IconifyIcon that a drawing needs; its set states the size where the icon does not. */
interface Icon {
  readonly body?: unknown;
  readonly left?: unknown;
  readonly top?: unknown;
  readonly width?: unknown;
  readonly height?: unknown;
}

function iconSvg({ body, left = 0, top = 0, width = 16, height = 16 }: Icon, id: string, path: string) {
  if (typeof body !== 'string') throw damaged(path, 'there is no such icon', id);
  const viewBox = [left, top, width, height];
  if (!viewBox.every((value) => typeof value === 'number' && Number.isFinite(value))) {
    throw damaged(path, `the size of ${id} is no size`, viewBox);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="${viewBox.join(' ')}">${body}</svg>`;
}

function sizeOf({ left, top, width, height }: Icon): Icon {
  return Object.fromEntries(
    Object.entries({ left, top, width, height }).filter(([, value]) => value !== undefined),
  );
}

function asObject(value: unknown): Icon {
  return typeof value === 'object' && value !== null ? value : {};
}

async function readCategories(files: DataFiles, path: string): Promise<ReadonlyMap<string, string>> {
  const { categories } = await readJsonObject(files, path);
  if (typeof categories !== 'object' || categories === null) {
    throw damaged(path, 'there are no categories', typeof categories);
  }
  const categoryOf = new Map<string, string>();
  for (const [category, ids] of Object.entries(categories as Record<string, unknown>)) {
    if (!Array.isArray(ids)) throw damaged(path, `the category ${category} is no list`, typeof ids);
    for (const id of ids) categoryOf.set(String(id), category);
  }
  return categoryOf;
}

function damaged(where: string, what: string, got: unknown): TintypeError {
  const remedy = 'Install the package again';
  return new TintypeError('E_DATA', { where, what, got, remedy });
}
