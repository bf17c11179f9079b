import { nearestName, TintypeError } from '@tintype/core-tensor';
import { hasSkinTone } from './code-points.ts';
import type { Picture } from './picture.ts';

export interface PictureSelection {
  /** Keep the variants of skin tone. @default false */
  readonly skinTones?: boolean;
  /** Keep the category of flags. @default false */
  readonly flags?: boolean;
  /** These and no others, in this order; the two options above then have no say. */
  readonly names?: readonly string[];
  /** The first of what is left. @default all */
  readonly limit?: number;
}

/** The pictures that the two kinds of variants leave. */
export function withoutExtras(
  pictures: readonly Picture[],
  { skinTones = false, flags = false }: PictureSelection,
): readonly Picture[] {
  return pictures.filter(
    ({ codePoints, category }) =>
      (skinTones || !hasSkinTone(codePoints)) && (flags || category.toLowerCase() !== 'flags'),
  );
}

/** Throws `E_DATA` for a name that there is not or that is asked for twice, and for a limit beyond what there is. */
export function selectPictures(
  pictures: readonly Picture[],
  selection: PictureSelection,
  where: string,
): readonly Picture[] {
  const { names } = selection;
  const chosen = names ? byName(pictures, names, where) : withoutExtras(pictures, selection);
  return takeFirst(chosen, selection.limit, where);
}

/** Throws `E_DATA` for a limit that is no integer from 1 to the number of pictures. */
export function takeFirst<Kept>(
  pictures: readonly Kept[],
  limit: number | undefined,
  where: string,
): readonly Kept[] {
  if (limit === undefined) return pictures;
  if (!Number.isInteger(limit) || limit < 1 || limit > pictures.length) {
    throw new TintypeError('E_DATA', {
      where: `${where}.limit`,
      what: 'there is another number of pictures',
      got: limit,
      expected: `an integer from 1 to ${pictures.length}`,
    });
  }
  return pictures.slice(0, limit);
}

function byName(pictures: readonly Picture[], names: readonly string[], where: string): readonly Picture[] {
  const known = new Map(pictures.map((picture) => [picture.name, picture]));
  return names.map((name, place) => {
    const picture = known.get(name);
    if (picture === undefined || names.indexOf(name) !== place) {
      const nearest = picture === undefined ? nearestName(name, [...known.keys()]) : undefined;
      throw new TintypeError('E_DATA', {
        where: `${where}.names[${place}]`,
        what: picture === undefined ? 'there is no such picture' : 'a name stands twice',
        got: name,
        ...(nearest === undefined ? {} : { remedy: `The nearest is ${nearest}` }),
      });
    }
    return picture;
  });
}
