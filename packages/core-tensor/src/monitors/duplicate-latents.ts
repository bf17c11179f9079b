import { TintypeError, type tf } from '@tintype/backend';
import type { Monitor, MonitorContext } from '../training/monitor.ts';
import type { Draw } from './draw.ts';
import { readOptions, share, type WatchOptions, watchRules, wholeFrom } from './monitor-options.ts';
import { createPatientMonitor, type Finding } from './patient-monitor.ts';
import { type Rows, readRows } from './rows.ts';

export interface DuplicateLatentsOptions extends WatchOptions {
  /** The latents [b, …] that the latest step used, borrowed; nothing before the first. `tapShared` gives them. */
  readonly latents?: () => tf.Tensor | undefined;
  /** Generated rows [count, …]: different draws must differ. */
  readonly sample?: Draw;
  /** Rows looked at. @default 32 */
  readonly samples?: number;
  /** Share of rows that equal another one, above which something is wrong. @default 0.5 */
  readonly maxRepeated?: number;
}

const advice = {
  latents: 'The same latents come again and again: draw them from a stream that is forked by step and row.',
  outputs: 'Different latents give identical outputs: see that the latents reach the generator.',
};

/**
 * Are latents drawn anew? **repeatedWithinBatch** and **repeatedSinceLastCheck** are the shares of the first `samples`
 * latents that equal another one of this batch, or one of the batch at the check before; **repeatedOutputs** is the
 * share of generated rows that equal another one. Equal means bit for bit, which draws from a continuous distribution never are, so any
 * threshold below 1 tells them apart; 0.5 forgives a batch that was padded. Cost: `samples` rows are read back, and
 * generated where `sample` is given. Defaults: interval 250, patience 1.
 */
export function createDuplicateLatentsMonitor(options: DuplicateLatentsOptions): Monitor {
  const where = 'createDuplicateLatentsMonitor';
  const rules = { ...watchRules(250, 1), samples: wholeFrom(2, 32), maxRepeated: share(0.5) };
  const settings = readOptions(where, options, rules, { latents: 'function?', sample: 'function?' });
  if (!options.latents && !options.sample) {
    const expected = 'latents, sample or both';
    throw new TintypeError('E_CONFIG', { where, what: 'there is nothing to look at', expected });
  }
  let before: ReadonlySet<string> = new Set();

  const look = async (context: MonitorContext): Promise<Finding> => {
    const { latents, outputs } = await readBoth(options, settings.samples, context);
    const evidence = {
      ...(latents && { repeatedWithinBatch: repeatedWithin(latents) }),
      ...(latents && { repeatedSinceLastCheck: shareOf(latents, (row) => before.has(row)) }),
      ...(outputs && { repeatedOutputs: repeatedWithin(outputs) }),
    };
    if (latents) before = new Set(latents);
    const { repeatedWithinBatch = 0, repeatedSinceLastCheck = 0, repeatedOutputs = 0 } = evidence;
    if (Math.max(repeatedWithinBatch, repeatedSinceLastCheck) > settings.maxRepeated) {
      return { evidence, advice: advice.latents };
    }
    return { evidence, advice: repeatedOutputs > settings.maxRepeated ? advice.outputs : undefined };
  };
  return createPatientMonitor({ name: 'duplicate-latents', ...settings }, look);
}

interface Both {
  readonly latents?: readonly string[];
  readonly outputs?: readonly string[];
}

/** Each row as a key. */
async function readBoth(
  { latents, sample }: DuplicateLatentsOptions,
  samples: number,
  { rng, signal }: MonitorContext,
): Promise<Both> {
  const batch = latents?.();
  if (!batch && !sample) return {};
  const draws = sample ? [() => sample(samples, { rng: rng.fork('sample'), ...(signal && { signal }) })] : [];
  const rows = await readRows(draws, (...outputs) => [
    ...(batch ? [batch.slice(0, Math.min(samples, batch.shape[0]!))] : []),
    ...outputs,
  ]);
  const read = rows.map(rowKeys);
  return { ...(batch && { latents: read[0]! }), ...(sample && { outputs: read.at(-1)! }) };
}

function rowKeys({ count, dimension, values }: Rows): string[] {
  return Array.from({ length: count }, (_, i) => values.subarray(i * dimension, (i + 1) * dimension).join());
}

function repeatedWithin(rows: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row, (counts.get(row) ?? 0) + 1);
  return shareOf(rows, (row) => counts.get(row)! > 1);
}

function shareOf(rows: readonly string[], isOne: (row: string) => boolean): number {
  return rows.filter(isOne).length / rows.length;
}
