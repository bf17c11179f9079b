// Kernel distance (KID): Bińkowski, Sutherland, Arbel and Gretton (2018), "Demystifying MMD GANs", arXiv 1801.01401.
//   MMD² = Σ_{i≠j} k(xᵢ,xⱼ)/(m(m−1)) + Σ_{i≠j} k(yᵢ,yⱼ)/(n(n−1)) − 2 Σ k(xᵢ,yⱼ)/(mn)
//   k(x, y) = (x·y/d + 1)³
import { assertConfig, type RandomStream, TintypeError, v } from '@tintype/core-tensor';
import { wholeFrom } from '../config/option-schemas.ts';
import { assertFeatures } from '../features/assert-features.ts';
import type { Features } from '../features/features.ts';
import { selectRows } from '../features/select-rows.ts';
import { kernelSum } from './kernel-sum.ts';

/** Rows of each side that one estimate compares. */
export interface KernelSubset {
  readonly real: ArrayLike<number>;
  readonly fake: ArrayLike<number>;
}

export interface KernelDistanceOptions {
  /** Rows of each side in a drawn subset. @default 1000, or the smaller side where it has fewer */
  readonly subsetSize?: number;
  /** How many subsets to draw, or the subsets themselves. @default 100 with `subsetSize`, else all pairs at once */
  readonly subsets?: number | readonly KernelSubset[];
  /** What subsets are drawn from, without replacement: subset i by `fork(i)`. */
  readonly rng?: RandomStream;
}

export interface KernelDistance {
  /** 0 on average for two sets of one distribution at any size, so it can be negative. */
  readonly value: number;
  /** Standard deviation of the subsets' values ÷ √subsets; undefined for all pairs and for one subset. */
  readonly standardError: number | undefined;
  readonly perSubset: readonly number[];
}

const sizesSchema = v.strictObject({ subsetSize: v.optional(wholeFrom(2)) });

/**
 * Unbiased kernel distance of two sets of features: over all pairs, over given subsets, or over subsets drawn from
 * `rng`. Drawn subsets overlap: their standard error is that of the average over subsets of these very rows.
 * @throws TintypeError `E_DATA` for fewer than 2 rows a side, `E_SHAPE`, `E_CONFIG` for subsets that cannot be
 */
export function kernelDistance(
  real: Features,
  fake: Features,
  options: KernelDistanceOptions = {},
): KernelDistance {
  const { rng: _, subsets: __, ...sizes } = options;
  assertConfig(sizesSchema, sizes, 'kernelDistance');
  assertFeatures(real, 'kernelDistance: real', { minimumCount: 2 });
  assertFeatures(fake, 'kernelDistance: fake', { minimumCount: 2, dimension: real.dimension });
  if (options.subsets === undefined && options.subsetSize === undefined) {
    const value = unbiasedDistance(real, fake);
    return { value, standardError: undefined, perSubset: [value] };
  }
  const subsets = typeof options.subsets === 'object' ? options.subsets : drawSubsets(real, fake, options);
  subsets.forEach((subset, i) => {
    assertRows(subset.real, real.count, `kernelDistance: subsets[${i}].real`);
    assertRows(subset.fake, fake.count, `kernelDistance: subsets[${i}].fake`);
  });
  if (subsets.length === 0) refuse('subsets', 'there must be at least one subset', 0);
  const perSubset = subsets.map((subset) =>
    unbiasedDistance(selectRows(real, subset.real), selectRows(fake, subset.fake)),
  );
  const count = perSubset.length;
  const value = perSubset.reduce((sum, each) => sum + each, 0) / count;
  const squares = perSubset.reduce((sum, each) => sum + (each - value) ** 2, 0);
  return {
    value,
    standardError: count < 2 ? undefined : Math.sqrt(squares / (count - 1) / count),
    perSubset,
  };
}

function unbiasedDistance(real: Features, fake: Features): number {
  const [m, n] = [real.count, fake.count];
  return (
    kernelSum(real, real, { skipDiagonal: true }) / (m * (m - 1)) +
    kernelSum(fake, fake, { skipDiagonal: true }) / (n * (n - 1)) -
    (2 * kernelSum(real, fake, { skipDiagonal: false })) / (m * n)
  );
}

function drawSubsets(
  real: Features,
  fake: Features,
  options: KernelDistanceOptions,
): readonly KernelSubset[] {
  const smaller = Math.min(real.count, fake.count);
  const size = options.subsetSize ?? Math.min(1000, smaller);
  const count = typeof options.subsets === 'number' ? options.subsets : 100;
  const { rng } = options;
  if (!rng) throw noStream();
  assertConfig(wholeFrom(1), count, 'kernelDistance: subsets');
  if (size > smaller) refuse('subsetSize', `a subset takes at most ${smaller} rows of each side`, size);
  return Array.from({ length: count }, (_, i) => {
    const draws = rng.fork(i);
    return {
      real: draws.fork('real').permutation(real.count).subarray(0, size),
      fake: draws.fork('fake').permutation(fake.count).subarray(0, size),
    };
  });
}

function assertRows(rows: ArrayLike<number>, count: number, where: string): void {
  const isRow = (row: number): boolean => Number.isInteger(row) && row >= 0 && row < count;
  const bad = Array.from(rows).findIndex((row) => !isRow(row));
  if (rows.length >= 2 && bad < 0) return;
  throw new TintypeError('E_CONFIG', {
    where: bad < 0 ? where : `${where}[${bad}]`,
    what: bad < 0 ? 'a subset needs at least 2 rows of each side' : 'there is no such row',
    got: bad < 0 ? rows.length : rows[bad],
    expected: bad < 0 ? 'at least 2' : `a whole number from 0 to ${count - 1}`,
  });
}

function noStream(): TintypeError {
  return new TintypeError('E_CONFIG', {
    where: 'kernelDistance: rng',
    what: 'subsets are drawn from a stream of random numbers',
    remedy: 'Pass rng, give the subsets themselves, or leave both out for all pairs',
  });
}

function refuse(option: string, what: string, got: number): never {
  throw new TintypeError('E_CONFIG', { where: `kernelDistance: ${option}`, what, got });
}
