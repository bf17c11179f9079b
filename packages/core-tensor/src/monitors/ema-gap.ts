import { TintypeError, tf } from '@tintype/backend';
import type { Ema } from '../optimizers/ema.ts';
import type { ParameterTree } from '../parameters/parameter-tree.ts';
import type { Monitor, MonitorContext } from '../training/monitor.ts';
import type { DrawContext } from './draw.ts';
import { readOptions, type WatchOptions, watchRules } from './monitor-options.ts';
import { createPatientMonitor, type Finding } from './patient-monitor.ts';
import { type Rows, readRows } from './rows.ts';

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
    const [norms, scores] = await readGap(options, context);
    const distance = norms!.values[0]! / Math.max(norms!.values[1]!, 1e-12);
    const isFar = distance > settings.maxDistance;
    if (!scores) return { evidence: { distance }, advice: isFar ? advice : undefined };
    const [rawScore, averageScore] = scores.values as unknown as [number, number];
    const scoreRatio = averageScore / Math.max(rawScore, 1e-12);
    const isWorse = scoreRatio > settings.maxScoreRatio;
    const evidence = { distance, rawScore, averageScore, scoreRatio };
    return { evidence, advice: isFar || isWorse ? advice : undefined };
  };
  return createPatientMonitor({ name: 'ema-gap', ...settings }, look);
}

/** The two norms, and the scores with the raw weights and with the average. */
async function readGap(options: EmaGapOptions, { rng, signal }: MonitorContext): Promise<Rows[]> {
  const { ema, score } = options;
  const norms = () => readNorms(options);
  if (!score) return readRows([norms]);
  const raw = () => score({ rng: rng.fork('score'), ...(signal && { signal }) });
  const averaged = async () => {
    ema.swap();
    try {
      return await raw();
    } finally {
      ema.swap();
    }
  };
  return readRows([norms, raw, averaged], (both, ...scores) => [
    both!,
    tf.stack(scores.map((each) => each.reshape([]))),
  ]);
}

/** Norm of the difference, and of the parameters, [2]. */
function readNorms({ ema, parameters }: EmaGapOptions): tf.Tensor {
  const averages = ema.state.tensors();
  const pairs = [...parameters].flatMap(([name, { variable, isTrainable }]) => {
    const average = averages.get(name)?.tensor;
    return isTrainable && average ? [[average, variable] as const] : [];
  });
  if (pairs.length === 0) {
    const what = 'the average holds none of the trainable parameters';
    throw new TintypeError('E_CONFIG', { where: 'createEmaGapMonitor.parameters', what });
  }
  return tf.tidy(() => {
    const norm = (tensors: tf.Tensor[]) => tf.addN(tensors.map((tensor) => tensor.square().sum())).sqrt();
    const differences = pairs.map(([average, variable]) => tf.sub(average, variable));
    return tf.stack([norm(differences), norm(pairs.map(([, variable]) => variable))]);
  });
}
