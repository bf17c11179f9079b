import { TintypeError } from '@tintype/core-tensor';
import type { Picture } from '../pictures/picture.ts';

/**
 * The pictures of `target` in the order of `source`, matched by their code points. Throws `E_DATA` where one side
 * lacks a picture of the other: with both numbers and the first that is missing.
 */
export function alignPictures(
  source: readonly Picture[],
  target: readonly Picture[],
  where: string,
): readonly Picture[] {
  const [ofSource, ofTarget] = [byCodePoints(source), byCodePoints(target)];
  const alone = source.find(({ codePoints }) => !ofTarget.has(codePoints));
  const other = target.find(({ codePoints }) => !ofSource.has(codePoints));
  const missing = alone ?? other;
  if (missing) {
    throw new TintypeError('E_DATA', {
      where,
      what: `${alone ? 'target' : 'source'} lacks ${missing.name} (${missing.codePoints})`,
      got: `${source.length} of source, ${target.length} of target`,
      expected: 'the same pictures on both sides',
      remedy: 'Install both packages in the versions that were released together',
    });
  }
  return source.map(({ codePoints }) => ofTarget.get(codePoints)!);
}

function byCodePoints(pictures: readonly Picture[]): ReadonlyMap<string, Picture> {
  return new Map(pictures.map((picture) => [picture.codePoints, picture]));
}
