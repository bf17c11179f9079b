import { TintypeError, tf } from '@tintype/backend';
import type { Ema } from '../optimizers/ema.ts';
import type { ParameterTree } from '../parameters/parameter-tree.ts';
import type { Monitor, MonitorContext } from '../training/monitor.ts';
import type { DrawContext } from './draw.ts';
import { readOptions, type WatchOptions, watchRules } from './monitor-options.ts';
import { createPatientMonitor, type Finding } from './patient-monitor.ts';
import { readRows } from './rows.ts';

export interface EmaGapOptions extends WatchOptions {
  readonly ema: Ema;
  /** What is averaged. */
  readonly parameters: ParameterTree;
  /**
   * How bad the model is with the weights that it has at the moment: a loss on a fixed batch, or any other number above
   * 0 that is lower where samples are better. Gives the scalar. Called with the raw and with the averaged weights, and the
   * same stream. @default only the distance is looked at
   */
  score?(context: DrawContext): tf.Scalar | Promise<tf.Scalar>;
  /** ‖average − parameters‖ ÷ ‖parameters‖ from which the average is far behind. @default 0.25 */
  readonly maxDistance?: number;
  /** Score of the average ÷ score of the raw weights from which the average is worse. @default 2 */
  readonly maxScoreRatio?: number;
}

const advice =
  'The averaged weights are far behind: samples made with them look like an early, noisy model. Lower the decay or let it warm up, min(decay, (1 + n)/(10 + n)).';

/**
 * Is the average of the weights worth sampling from? **distance** = ‖average − parameters‖ ÷ ‖parameters‖ over
 * trainable entries; **scoreRatio** = score with the average ÷ score with the raw weights. An average with a decay of 0.9999
 * and no warm-up is still the initialisation after a thousand steps. Healthy averages lie within 0.1 and score as the raw weights do or
 * better, hence 0.25 and 2. Cost: one pass over the parameters, and `score` twice. Throws `E_BUSY` while the average is
 * swapped in. Defaults: interval 250, patience 2.
 */
export function createEmaGapMonitor(options: EmaGapOptions): Monitor {
  const rules = {
    ...watchRules(250, 2),
    maxDistance: { default: 0.25 },
    maxScoreRatio: { default: 2, minimum: 1 },
  };
  const kinds = { ema: 'object', parameters: 'object', score: 'function?' } as const;
  const settings = readOptions('createEmaGapMonitor', options, rules, kinds);

  const look = async (context: MonitorContext): Promise<Finding> => {
    const [difference, norm] = await readNorms(options);
    const distance = difference / Math.max(norm, 1e-12);
    const isFar = distance > settings.maxDistance;
    if (!options.score) return { evidence: { distance }, advice: isFar ? advice : undefined };
    const [rawScore, averageScore] = await readScores(options, context);
    const scoreRatio = averageScore / Math.max(rawScore, 1e-12);
    const isWorse = scoreRatio > settings.maxScoreRatio;
    const evidence = { distance, rawScore, averageScore, scoreRatio };
    return { evidence, advice: isFar || isWorse ? advice : undefined };
  };
  return createPatientMonitor({ name: 'ema-gap', ...settings }, look);
}

/** Norm of the difference, and of the parameters. */
async function readNorms({ ema, parameters }: EmaGapOptions): Promise<[number, number]> {
  const [rows] = await readRows([], () => {
    const averages = ema.state.tensors();
    const pairs = [...parameters].flatMap(([name, { variable, isTrainable }]) => {
      const average = averages.get(name)?.tensor;
      return isTrainable && average ? [[average, variable] as const] : [];
    });
    if (pairs.length === 0) {
      const what = 'the average holds none of the trainable parameters';
      throw new TintypeError('E_CONFIG', { where: 'createEmaGapMonitor.parameters', what });
    }
    const norm = (tensors: tf.Tensor[]) => tf.addN(tensors.map((tensor) => tensor.square().sum())).sqrt();
    const differences = pairs.map(([average, variable]) => tf.sub(average, variable));
    return [tf.stack([norm(differences), norm(pairs.map(([, variable]) => variable))])];
  });
  return [rows!.values[0]!, rows!.values[1]!];
}

/** With the raw weights, then with the average. */
async function readScores(
  { ema, score }: EmaGapOptions,
  { rng, signal }: MonitorContext,
): Promise<[number, number]> {
  const once = () => score!({ rng: rng.fork('score'), ...(signal && { signal }) });
  const averaged = async () => {
    ema.swap();
    try {
      return await once();
    } finally {
      ema.swap();
    }
  };
  const [rows] = await readRows([once, averaged], (raw, average) => [
    tf.stack([raw!, average!].map((s) => s.reshape([]))),
  ]);
  return [rows!.values[0]!, rows!.values[1]!];
}
