import { TintypeError } from '@tintype/core-tensor';
import type { Features } from './features.ts';

/** What a function needs of a set of features beyond being one. */
export interface FeatureNeeds {
  /** Fewest rows. @default 1 */
  readonly minimumCount?: number;
  /** Numbers in a row, where they must be those of another set. */
  readonly dimension?: number;
}

/**
 * Checks a set of features: whole sizes, as many values as they say, all finite.
 * @throws TintypeError `E_SHAPE` for sizes that do not fit, `E_DATA` for too few rows and for a value that is not finite.
 */
export function assertFeatures(
  { count, dimension, values }: Features,
  name: string,
  { minimumCount = 1, dimension: expected }: FeatureNeeds = {},
): void {
  const isSize = (size: number): boolean => Number.isInteger(size) && size >= 0;
  if (!isSize(count) || !isSize(dimension) || dimension === 0 || values.length !== count * dimension) {
    throw new TintypeError('E_SHAPE', {
      where: name,
      what: 'features must hold count · dimension values',
      got: `${values.length} values, count ${count}, dimension ${dimension}`,
    });
  }
  if (expected !== undefined && dimension !== expected) {
    throw new TintypeError('E_SHAPE', {
      where: name,
      what: 'features that are compared must have one dimension',
      got: dimension,
      expected,
      remedy: 'Read both sets with the same feature model',
    });
  }
  if (count < minimumCount) {
    throw new TintypeError('E_DATA', {
      where: name,
      what: 'there are too few rows',
      got: count,
      expected: `at least ${minimumCount}`,
    });
  }
  const index = values.findIndex((value: number) => !Number.isFinite(value));
  if (index < 0) return;
  throw new TintypeError('E_DATA', {
    where: name,
    what: `value ${index % dimension} of row ${Math.floor(index / dimension)} is not finite`,
    got: values[index],
  });
}
