import { TintypeError, type tf } from '@tintype/backend';
import type { Monitor, MonitorContext } from '../training/monitor.ts';
import type { Draw } from './draw.ts';
import { readOptions, share, type WatchOptions, watchRules, wholeFrom } from './monitor-options.ts';
import { createPatientMonitor, type Finding } from './patient-monitor.ts';
import { distanceOfRows, meanOf, meanPairDistance, type Rows, readRows } from './rows.ts';

export interface ModeCollapseOptions extends WatchOptions {
  /** Generated rows [count, …]. */
  readonly sample: Draw;
  /** Real rows of the same shape: for coverage and the relative distance of pairs. */
  readonly real?: Draw;
  /** Rows → features [count, d]; borrows and gives. @default the rows themselves */
  features?(rows: tf.Tensor): tf.Tensor;
  /** Rows → logits [count, classes]; borrows and gives: for the entropy of classes. */
  classify?(rows: tf.Tensor): tf.Tensor;
  /** Rows looked at, generated and real. @default 64 */
  readonly samples?: number;
  /** Neighbours of the balls around real rows. @default 5 */
  readonly neighbors?: number;
  /** Share of real rows with a generated one in their ball, below which coverage is bad; 0 leaves it out. @default 0.05 */
  readonly minCoverage?: number;
  /** Mean distance of generated pairs ÷ of real pairs, below which it is bad; 0 leaves it out. @default 0.3 */
  readonly minDistanceRatio?: number;
  /** Entropy of the classes ÷ log(number of classes), below which it is bad; 0 leaves it out. @default 0.5 */
  readonly minClassEntropy?: number;
}

const advice =
  'The generator draws few kinds of sample: lower the discriminator’s learning rate, add a gradient penalty (R1) or go back to an earlier checkpoint.';

/**
 * Does the generator draw only some of what the data hold? Three evidences, each of which suffices: **coverage**, the
 * share of real rows whose ball to their k-th real neighbour holds a generated one (Naeem et al. 2020, arXiv 2002.09797,
 * equation 6); **distanceRatio**, mean distance of generated pairs ÷ of real pairs; **classEntropy**, entropy of the
 * predicted classes ÷ log K. A perfect generator has coverage 1 − 2⁻ᵏ ≈ 0.97, a ratio of 1 and nearly the data's entropy;
 * one that draws one of eight equal modes about 0.12, less than 0.1 and about 0. Young or blurred samples cover little
 * without having collapsed, so that threshold is low; a DCGAN on digits starts at a ratio of 0.34 and a collapsed one stays
 * near 0.2, hence 0.3. Cost: `samples` of each kind through `features` and
 * `classify`; distances are computed on the host. Defaults: interval 250, patience 2.
 */
export function createModeCollapseMonitor(options: ModeCollapseOptions): Monitor {
  const where = 'createModeCollapseMonitor';
  const rules = {
    ...watchRules(250, 2),
    samples: wholeFrom(8, 64),
    neighbors: wholeFrom(1, 5),
    minCoverage: share(0.05),
    minDistanceRatio: share(0.3),
    minClassEntropy: share(0.5),
  };
  const kinds = {
    sample: 'function',
    real: 'function?',
    features: 'function?',
    classify: 'function?',
  } as const;
  const settings = readOptions(where, options, rules, kinds);
  const { sample, real, classify, features = (rows) => rows } = options;
  if (!real && !classify) {
    const expected = 'real rows to compare with, a classifier, or both';
    throw new TintypeError('E_CONFIG', { where, what: 'there is nothing to tell a collapse by', expected });
  }
  if (settings.neighbors >= settings.samples) {
    const expected = `fewer than samples, ${settings.samples}`;
    throw new TintypeError('E_CONFIG', {
      where: `${where}.neighbors`,
      what: 'impossible value',
      got: settings.neighbors,
      expected,
    });
  }

  const look = async ({ rng, signal }: MonitorContext): Promise<Finding> => {
    const draw = (name: string, rows: Draw) => () =>
      rows(settings.samples, { rng: rng.fork(name), ...(signal && { signal }) });
    const draws = [draw('sample', sample), ...(real ? [draw('real', real)] : [])];
    const rows = await readRows(draws, (generated, reals) => [
      ...(classify ? [classify(generated!)] : []),
      ...(reals ? [generated!, reals].map((each) => features(each)) : []),
    ]);
    const classEntropy = classify && relativeEntropy(rows.shift()!);
    const [fakeRows, realRows] = rows;
    if (!fakeRows || !realRows) return judge({ classEntropy: classEntropy! }, settings);
    const distances = {
      coverage: coverage(realRows, fakeRows, settings.neighbors),
      distanceRatio: meanPairDistance(fakeRows) / Math.max(meanPairDistance(realRows), 1e-12),
    };
    return judge({ ...distances, ...(classEntropy !== undefined && { classEntropy }) }, settings);
  };
  return createPatientMonitor({ name: 'mode-collapse', ...settings }, look);
}

interface Limits {
  readonly minCoverage: number;
  readonly minDistanceRatio: number;
  readonly minClassEntropy: number;
}

function judge(
  evidence: { readonly coverage?: number; readonly distanceRatio?: number; readonly classEntropy?: number },
  { minCoverage, minDistanceRatio, minClassEntropy }: Limits,
): Finding {
  const { coverage = 1, distanceRatio = 1, classEntropy = 1 } = evidence;
  const hasCollapsed =
    coverage < minCoverage || distanceRatio < minDistanceRatio || classEntropy < minClassEntropy;
  return { evidence: { ...evidence }, advice: hasCollapsed ? advice : undefined };
}

/** Share of real rows with a generated one as near as their k-th real neighbour. */
function coverage(real: Rows, fake: Rows, neighbors: number): number {
  const covered = Array.from({ length: real.count }, (_, i) => {
    const toReal = Array.from({ length: real.count }, (_, j) => distanceOfRows(real, i, real, j));
    const radius = toReal.sort((a, b) => a - b)[neighbors]!; // the nearest is the row itself
    for (let j = 0; j < fake.count; j++) if (distanceOfRows(real, i, fake, j) <= radius) return 1;
    return 0;
  });
  return meanOf(covered);
}

/** Entropy of the histogram of most likely classes, 1 where all are equally frequent. */
function relativeEntropy({ count, dimension, values }: Rows): number {
  const counts = new Float64Array(dimension);
  for (let i = 0; i < count; i++) {
    const logits = values.subarray(i * dimension, (i + 1) * dimension);
    counts[logits.indexOf(Math.max(...logits))]! += 1 / count;
  }
  return counts.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0) / Math.log(dimension);
}
