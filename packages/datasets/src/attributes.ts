import { nearestName, TintypeError } from '@tintype/core-tensor';
import type { ImageDataset } from './dataset.ts';

/** Throws `E_DATA` where attributes have no names, are no table of 0 and 1 with a row per image, or a name recurs. */
export function assertAttributes({ size, attributes, attributeNames }: ImageDataset, where: string): void {
  if (!attributes && !attributeNames) return;
  const names = attributeNames ?? [];
  const expected = size * names.length;
  if (!attributes || names.length === 0 || attributes.length !== expected) {
    throw new TintypeError('E_DATA', {
      where: `${where}.attributes`,
      what: 'each image needs one value for each attribute',
      got: `${attributes?.length ?? 0} values, ${names.length} names`,
      expected: `${size} rows of one value a name`,
    });
  }
  const again = names.find((name, i) => names.indexOf(name) !== i);
  if (again !== undefined) {
    throw new TintypeError('E_DATA', {
      where: `${where}.attributeNames`,
      what: 'a name stands twice',
      got: again,
    });
  }
  const wrong = attributes.findIndex((value) => value > 1);
  if (wrong !== -1) {
    throw new TintypeError('E_DATA', {
      where: `${where}.attributes[${Math.floor(wrong / names.length)}].${names[wrong % names.length]}`,
      what: 'an attribute is there or not',
      got: attributes[wrong],
      expected: '0 or 1',
    });
  }
}

/**
 * The columns of these attributes, in the order asked for; all where none are named. Throws `E_DATA`, listing the
 * known ones, for an attribute that the dataset lacks, for one asked for twice and for an empty choice.
 */
export function attributeColumns(
  known: readonly string[],
  chosen: readonly string[] | undefined,
  where: string,
): readonly number[] {
  if (chosen === undefined) return known.map((_, column) => column);
  if (chosen.length === 0) {
    throw new TintypeError('E_DATA', { where, what: 'no attribute is chosen', expected: listOf(known) });
  }
  return chosen.map((name, place) => {
    const column = known.indexOf(name);
    if (column === -1) throw unknownAttribute(name, known, where);
    if (chosen.indexOf(name) !== place) {
      throw new TintypeError('E_DATA', { where, what: 'an attribute is chosen twice', got: name });
    }
    return column;
  });
}

/** The error for a name that is no attribute: with the known ones and the nearest. */
export function unknownAttribute(name: string, known: readonly string[], where: string): TintypeError {
  const nearest = nearestName(name, known);
  return new TintypeError('E_DATA', {
    where,
    what: 'there is no such attribute',
    got: name,
    expected: listOf(known),
    ...(nearest === undefined ? {} : { remedy: `The nearest is ${nearest}` }),
  });
}

function listOf(known: readonly string[]): string {
  return known.length === 0 ? 'none: the dataset has no attributes' : `one of ${known.join(', ')}`;
}
