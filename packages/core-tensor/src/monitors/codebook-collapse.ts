import type { tf } from '@tintype/backend';
import { TintypeError } from '@tintype/backend';
import type { Monitor, MonitorContext } from '../training/monitor.ts';
import type { Draw } from './draw.ts';
import { readOptions, share, type WatchOptions, watchRules, wholeFrom } from './monitor-options.ts';
import { createPatientMonitor, type Finding } from './patient-monitor.ts';
import { readRows } from './rows.ts';

export interface CodebookCollapseOptions extends WatchOptions {
  /** Number of codes, at least 2. */
  readonly codebookSize: number;
  /** Code indices of that many real images, of any shape. */
  readonly codes?: Draw;
  /** How often each code was used of late [codebookSize], such as the averaged counts of an EMA codebook; borrowed. */
  readonly counts?: () => tf.Tensor;
  /** Images whose codes are looked at. @default 64 */
  readonly samples?: number;
  /** Share of codes in use, of those that so many draws can reach, below which the codebook has collapsed. @default 0.2 */
  readonly minUsage?: number;
  /** Perplexity ÷ codebook size below which it has collapsed. @default 0.05 */
  readonly minPerplexityShare?: number;
}

const advice =
  'Most codes are never chosen: start the codebook at encoder outputs, revive dead codes, or use averaged updates and a lower learning rate.';

/**
 * Do the images use their codebook? **perplexity** = exp(−Σ p log p) of the codes' frequencies, K for uniform use (van den
 * Oord et al. 2017, arXiv 1711.00937); **deadCodes** were never chosen; **usage** is the share of codes chosen, divided by the share
 * 1 − (1 − 1/K)ⁿ that n uniform draws would reach, so that few images are no alarm. Give `codes`, or `counts` where
 * they are kept anyway: a count below 0.01 of the mean is taken for dead. A codebook far from the encoder's outputs keeps
 * fewer than 10 % of its codes, a healthy one uses 70 % and more, hence 0.2. Cost: `samples` images through the encoder, or
 * one transfer of K numbers. Defaults: interval 250, patience 2.
 */
export function createCodebookCollapseMonitor(options: CodebookCollapseOptions): Monitor {
  const where = 'createCodebookCollapseMonitor';
  const rules = {
    ...watchRules(250, 2),
    codebookSize: { default: Number.NaN, minimum: 2, isWhole: true },
    samples: wholeFrom(1, 64),
    minUsage: share(0.2),
    minPerplexityShare: share(0.05),
  };
  const settings = readOptions(where, options, rules, { codes: 'function?', counts: 'function?' });
  if (!options.codes === !options.counts) {
    const expected = 'either codes or counts';
    throw new TintypeError('E_CONFIG', { where, what: 'usage is read from one of two things', expected });
  }

  const look = async (context: MonitorContext): Promise<Finding> => {
    const { codebookSize } = settings;
    const counts = options.counts
      ? await readCounts(where, options.counts, codebookSize)
      : await countCodes(where, options.codes!, settings, context);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const deadBelow = options.counts ? (0.01 * total) / codebookSize : Number.MIN_VALUE;
    const deadCodes = counts.filter((count) => count < deadBelow || count === 0).length;
    const reachable = options.counts ? 1 : 1 - (1 - 1 / codebookSize) ** total;
    const usage = Math.min(1, (codebookSize - deadCodes) / codebookSize / reachable);
    const perplexity = perplexityOf(counts, total);
    const hasCollapsed = usage < settings.minUsage || perplexity / codebookSize < settings.minPerplexityShare;
    return {
      evidence: { perplexity, usage, deadCodes, codebookSize },
      advice: hasCollapsed ? advice : undefined,
    };
  };
  return createPatientMonitor({ name: 'codebook-collapse', ...settings }, look);
}

async function readCounts(
  where: string,
  counts: () => tf.Tensor,
  codebookSize: number,
): Promise<Float64Array> {
  const [rows] = await readRows([], () => [counts().reshape([1, -1])]);
  if (rows!.dimension === codebookSize) return rows!.values;
  const got = rows!.dimension;
  throw new TintypeError('E_SHAPE', {
    where: `${where}.counts`,
    what: 'one count a code',
    got,
    expected: codebookSize,
  });
}

async function countCodes(
  where: string,
  codes: Draw,
  { samples, codebookSize }: { readonly samples: number; readonly codebookSize: number },
  { rng, signal }: MonitorContext,
): Promise<Float64Array> {
  const draw = () => codes(samples, { rng: rng.fork('codes'), ...(signal && { signal }) });
  const [rows] = await readRows([draw], (drawn) => [drawn!.reshape([1, -1])]);
  const counts = new Float64Array(codebookSize);
  for (const code of rows!.values) {
    if (!(code in counts)) {
      const expected = `indices below ${codebookSize}`;
      throw new TintypeError('E_CONFIG', {
        where: `${where}.codes`,
        what: 'no such code',
        got: code,
        expected,
      });
    }
    counts[code]! += 1;
  }
  return counts;
}

function perplexityOf(counts: Float64Array, total: number): number {
  let entropy = 0;
  for (const count of counts) if (count > 0) entropy -= (count / total) * Math.log(count / total);
  return Math.exp(entropy);
}
