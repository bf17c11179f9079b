import { assertConfig, assertLabels, TintypeError } from '@tintype/core-tensor';
import { wholeFrom } from '../config/option-schemas.ts';
import { assertFeatures } from '../features/assert-features.ts';
import type { Features } from '../features/features.ts';
import { selectRows } from '../features/select-rows.ts';
import { pairwiseDistance } from './pairwise-distance.ts';

export interface WithinClassDiversityOptions {
  readonly real: Features;
  readonly realLabels: ArrayLike<number>;
  readonly fake: Features;
  /** The classes that were asked for. */
  readonly fakeLabels: ArrayLike<number>;
  readonly numClasses: number;
}

export interface WithinClassDiversity {
  /** Mean distance between two generated of a class over that of two real ones; 1 is as diverse as the data. */
  readonly perClass: readonly number[];
  readonly mean: number;
  readonly smallest: number;
}

/**
 * How much samples of one class differ from each other, as a share of how much real ones do. A generator that draws one
 * picture per class passes a count of classes and fails here.
 * @throws TintypeError `E_SHAPE`, `E_CONFIG`, `E_LABEL`, or `E_DATA` where a class has fewer than two rows on a side, or
 *   real rows that are all equal
 */
export function withinClassDiversity(options: WithinClassDiversityOptions): WithinClassDiversity {
  const { real, realLabels, fake, fakeLabels, numClasses } = options;
  const where = 'withinClassDiversity';
  assertConfig(wholeFrom(1), numClasses, `${where}.numClasses`);
  assertFeatures(real, `${where}.real`);
  assertFeatures(fake, `${where}.fake`, { dimension: real.dimension });
  assertLabels(realLabels, numClasses, `${where}.realLabels`, real.count);
  assertLabels(fakeLabels, numClasses, `${where}.fakeLabels`, fake.count);
  const perClass = Array.from({ length: numClasses }, (_, label) => {
    const ofReal = pairwiseDistance(rowsOfClass(real, realLabels, label, `${where}.real`));
    const ofFake = pairwiseDistance(rowsOfClass(fake, fakeLabels, label, `${where}.fake`));
    if (ofReal > 0) return ofFake / ofReal;
    throw new TintypeError('E_DATA', { where, what: `the real rows of class ${label} are all equal` });
  });
  const mean = perClass.reduce((sum, ratio) => sum + ratio, 0) / numClasses;
  return { perClass, mean, smallest: Math.min(...perClass) };
}

function rowsOfClass(features: Features, labels: ArrayLike<number>, label: number, where: string): Features {
  const rows = Array.from(labels).flatMap((value, row) => (value === label ? [row] : []));
  if (rows.length >= 2) return selectRows(features, rows);
  throw new TintypeError('E_DATA', {
    where,
    what: 'every class needs two rows, or nothing can differ within it',
    got: `${rows.length} of class ${label}`,
  });
}
