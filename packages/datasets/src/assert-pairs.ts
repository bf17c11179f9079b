import { TintypeError } from '@tintype/core-tensor';
import type { ImageDataset } from './dataset.ts';

/** The two sides of a paired set; `PairedImageDataset` is one. */
export interface ImagePairs {
  readonly source: ImageDataset;
  readonly target: ImageDataset;
}

/**
 * Throws `E_DATA` where image i of one side cannot belong to image i of the other: for unequal lengths and, where both
 * sides have names, for a name that the other side lacks or has at another place. Says both lengths and the first
 * name that is missing.
 */
export function assertPairs({ source, target }: ImagePairs, where: string): void {
  const missing = firstMissing(source, target);
  const got = `${source.size} of source, ${target.size} of target`;
  if (source.size !== target.size || missing) {
    throw new TintypeError('E_DATA', {
      where,
      what: `pairs need one target for each source${missing ? `, and ${missing}` : ''}`,
      got,
      expected: 'equally many, with the same names',
      remedy: 'Take out what has no partner, or train on unpaired images',
    });
  }
  const place = source.names?.findIndex((name, i) => target.names && name !== target.names[i]) ?? -1;
  if (place !== -1) {
    throw new TintypeError('E_DATA', {
      where,
      what: `the two sides of pair ${place} have different names`,
      got: `${source.names![place]} and ${target.names![place]}`,
      expected: 'the same order on both sides',
      remedy: 'Sort both sides by name',
    });
  }
}

function firstMissing(source: ImageDataset, target: ImageDataset): string | undefined {
  if (!source.names || !target.names) return undefined;
  const [ofSource, ofTarget] = [new Set(source.names), new Set(target.names)];
  const alone = source.names.find((name) => !ofTarget.has(name));
  if (alone !== undefined) return `target lacks ${alone}`;
  const other = target.names.find((name) => !ofSource.has(name));
  return other === undefined ? undefined : `source lacks ${other}`;
}
