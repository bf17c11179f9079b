// Intra-FID: Miyato and Koyama (2018), "cGANs with projection discriminator", arXiv 1802.05637: the Fréchet distance
// within each class, and its mean over the classes.
import { assertLabels, TintypeError } from '@tintype/core-tensor';
import { assertFeatures } from '../features/assert-features.ts';
import type { Features } from '../features/features.ts';
import { selectRows } from '../features/select-rows.ts';
import { frechetDistance } from '../frechet/frechet-distance.ts';
import { computeStatistics } from '../statistics/compute-statistics.ts';

export interface IntraFrechetOptions {
  readonly real: Features;
  readonly realLabels: ArrayLike<number>;
  readonly fake: Features;
  /** The labels that were asked for, not those a classifier reads: then a wrong image counts against its class. */
  readonly fakeLabels: ArrayLike<number>;
  readonly numClasses: number;
}

export interface IntraFrechetDistance {
  readonly perClass: readonly number[];
  readonly mean: number;
}

/**
 * Fréchet distance of each class by itself: a generator that ignores its labels keeps a good total and fails this one.
 * @throws TintypeError `E_LABEL` for labels that do not fit, `E_DATA` for a class with fewer than 2 rows on a side,
 *   `E_SHAPE`, `E_CONFIG`
 */
export function intraFrechetDistance(options: IntraFrechetOptions): IntraFrechetDistance {
  const { real, realLabels, fake, fakeLabels, numClasses } = options;
  assertFeatures(real, 'intraFrechetDistance: real');
  assertFeatures(fake, 'intraFrechetDistance: fake', { dimension: real.dimension });
  if (!Number.isInteger(numClasses) || numClasses < 1) {
    throw new TintypeError('E_CONFIG', {
      where: 'intraFrechetDistance: numClasses',
      what: 'there must be a whole number of classes, at least one',
      got: numClasses,
    });
  }
  assertLabels(realLabels, numClasses, 'intraFrechetDistance: realLabels', real.count);
  assertLabels(fakeLabels, numClasses, 'intraFrechetDistance: fakeLabels', fake.count);
  const [realRows, fakeRows] = [rowsByClass(realLabels, numClasses), rowsByClass(fakeLabels, numClasses)];
  assertPopulated(realRows, 'real');
  assertPopulated(fakeRows, 'fake');
  const perClass = realRows.map((rows, label) =>
    frechetDistance(
      computeStatistics(selectRows(real, rows)),
      computeStatistics(selectRows(fake, fakeRows[label]!)),
    ),
  );
  return { perClass, mean: perClass.reduce((sum, each) => sum + each, 0) / numClasses };
}

function rowsByClass(labels: ArrayLike<number>, numClasses: number): readonly (readonly number[])[] {
  const rows = Array.from({ length: numClasses }, (): number[] => []);
  for (let row = 0; row < labels.length; row++) rows[labels[row]!]!.push(row);
  return rows;
}

function assertPopulated(rowsOfClasses: readonly (readonly number[])[], side: string): void {
  const label = rowsOfClasses.findIndex((rows) => rows.length < 2);
  if (label < 0) return;
  throw new TintypeError('E_DATA', {
    where: `intraFrechetDistance: ${side}`,
    what: `class ${label} has too few rows for a covariance`,
    got: rowsOfClasses[label]!.length,
    expected: 'at least 2; more than the dimension for a covariance of full rank',
  });
}
