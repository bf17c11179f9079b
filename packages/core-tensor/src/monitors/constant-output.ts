import { TintypeError, tf } from '@tintype/backend';
import type { Monitor, MonitorContext } from '../training/monitor.ts';
import type { Draw } from './draw.ts';
import { readOptions, share, type WatchOptions, watchRules, wholeFrom } from './monitor-options.ts';
import { createPatientMonitor, type Finding } from './patient-monitor.ts';
import { type Rows, readRows } from './rows.ts';

export interface ConstantOutputOptions extends WatchOptions {
  /** Real rows [count, …]. */
  readonly real: Draw;
  /** Real rows → outputs of the same shape, for example reconstructions; borrows and gives. */
  reconstruct?(rows: tf.Tensor): tf.Tensor;
  /** Generated rows, where nothing is reconstructed. */
  readonly sample?: Draw;
  /** Real rows → codes [count, …]; borrows and gives. @default codes are not looked at */
  encode?(rows: tf.Tensor): tf.Tensor;
  /** Rows looked at. @default 64 */
  readonly samples?: number;
  /** Variance of the outputs over the batch ÷ that of the data, below which they are constant. @default 0.02 */
  readonly minVarianceShare?: number;
  /** Largest |code| below which the code is dead. @default 1e-6 */
  readonly minCode?: number;
}

const advice = {
  output:
    'Every input gives nearly the same picture: see that the input reaches the output, lower the learning rate, or start anew with another initialisation.',
  code: 'The code is zero for every image: its units are dead. Use leaky activations, a smaller learning rate or a weaker sparsity penalty.',
};

/**
 * Does the network answer everything with one picture? **varianceShare** = variance over the batch, averaged over pixels,
 * of the outputs ÷ of as many real rows: 1 for a perfect copy, 0 for the mean image. **largestCode** = max|code|, 0 where every unit is
 * dead. The share of a blurred but working model is above 0.2, hence the threshold 0.02. Cost: `samples` rows through the
 * networks. Defaults: interval 250, patience 2.
 */
export function createConstantOutputMonitor(options: ConstantOutputOptions): Monitor {
  const where = 'createConstantOutputMonitor';
  const rules = {
    ...watchRules(250, 2),
    samples: wholeFrom(4, 64),
    minVarianceShare: share(0.02),
    minCode: { default: 1e-6 },
  };
  const kinds = {
    real: 'function',
    reconstruct: 'function?',
    sample: 'function?',
    encode: 'function?',
  } as const;
  const settings = readOptions(where, options, rules, kinds);
  assertOneSource(where, options);

  const look = async ({ rng, signal }: MonitorContext): Promise<Finding> => {
    const draw = (name: 'real' | 'sample') => () =>
      options[name]!(settings.samples, { rng: rng.fork(name), ...(signal && { signal }) });
    const draws = options.sample ? [draw('real'), draw('sample')] : [draw('real')];
    const [rows] = await readRows(draws, (real, sampled) => {
      const outputs = sampled ?? options.reconstruct?.(real!);
      const codes = options.encode?.(real!);
      return [
        tf.stack([
          varianceOverBatch(real!),
          outputs ? varianceOverBatch(outputs) : tf.scalar(Number.NaN),
          codes ? codes.abs().max() : tf.scalar(Number.NaN),
        ]),
      ];
    });
    return judge(rows!, settings, options);
  };
  return createPatientMonitor({ name: 'constant-output', ...settings }, look);
}

function judge(
  { values }: Rows,
  { minVarianceShare, minCode }: { readonly minVarianceShare: number; readonly minCode: number },
  { encode, sample, reconstruct }: ConstantOutputOptions,
): Finding {
  const [dataVariance, outputVariance, largestCode] = values as unknown as [number, number, number];
  const varianceShare = outputVariance / Math.max(dataVariance, 1e-12);
  const hasOutput = sample !== undefined || reconstruct !== undefined;
  const evidence = { ...(hasOutput && { varianceShare }), ...(encode && { largestCode }) };
  if (encode && largestCode < minCode) return { evidence, advice: advice.code };
  return { evidence, advice: hasOutput && varianceShare < minVarianceShare ? advice.output : undefined };
}

function varianceOverBatch(rows: tf.Tensor): tf.Scalar {
  return tf.moments(rows.toFloat(), 0).variance.mean();
}

function assertOneSource(where: string, { reconstruct, sample, encode }: ConstantOutputOptions): void {
  if (reconstruct && sample) refuse(where, 'outputs come from one of two things', 'reconstruct or sample');
  if (!reconstruct && !sample && !encode)
    refuse(where, 'there is nothing to look at', 'reconstruct, sample or encode');
}

function refuse(where: string, what: string, expected: string): never {
  throw new TintypeError('E_CONFIG', { where, what, expected });
}
