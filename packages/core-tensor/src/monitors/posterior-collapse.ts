import { TintypeError, tf } from '@tintype/backend';
import type { Monitor, MonitorContext } from '../training/monitor.ts';
import type { Draw } from './draw.ts';
import { readOptions, share, type WatchOptions, watchRules, wholeFrom } from './monitor-options.ts';
import { createPatientMonitor, type Finding } from './patient-monitor.ts';
import { readScalar } from './read-scalar.ts';
import { columnVariances, meanOf, type Rows, readRows } from './rows.ts';

/** The Gaussian of codes: each [b, latentDim]. */
export interface Posterior {
  readonly mu: tf.Tensor;
  readonly logVar: tf.Tensor;
}

export interface PosteriorCollapseOptions extends WatchOptions {
  /** Images → q(z|x); borrows and gives. Together with `images`: for active units and KL by unit. */
  encode?(images: tf.Tensor): Posterior;
  /** Real images. */
  readonly images?: Draw;
  /** KL in nats per image, by its name in metrics events: read where there is no `encode`. @default 'kl' */
  readonly kl?: string;
  /** Images looked at. @default 64 */
  readonly samples?: number;
  /** Var_x E[z] from which a unit is active. @default 0.01 */
  readonly activeVariance?: number;
  /** Share of active units below which the posterior has collapsed. @default 0.15 */
  readonly minActiveShare?: number;
  /** KL in nats per image below which it has collapsed. @default 0.5 */
  readonly minKl?: number;
}

const advice =
  'The codes say nothing about the images: lower the weight of the KL term or raise it slowly (warm-up), keep free bits, or weaken the decoder.';

/**
 * Has the decoder learned to do without the codes? A unit u is active where Var_x E_q[z_u] > 0.01 (Burda et al. 2016, arXiv
 * 1509.00519, section 5.3); KL_u = ½ · mean(mu² + exp(logVar) − logVar − 1) in nats. Reports where the share of **activeUnits**
 * is below `minActiveShare`, or the KL of an image below `minKl`: a collapsed posterior has 0 of both, a healthy one at
 * least a quarter of its units and several nats (digits: 17); a hundredth of that can keep several units above 0.01. With the logged scalar alone the KL decides. Cost: `samples` images
 * through the encoder. Defaults: interval 250, patience 2.
 */
export function createPosteriorCollapseMonitor(options: PosteriorCollapseOptions = {}): Monitor {
  const where = 'createPosteriorCollapseMonitor';
  const rules = {
    ...watchRules(250, 2),
    samples: wholeFrom(8, 64),
    activeVariance: { default: 0.01 },
    minActiveShare: share(0.15),
    minKl: { default: 0.5 },
  };
  const kinds = { encode: 'function?', images: 'function?', kl: 'string?' } as const;
  const settings = readOptions(where, options, rules, kinds);
  if (!options.encode !== !options.images) {
    const expected = 'encode and images, or neither';
    throw new TintypeError('E_CONFIG', { where, what: 'one of the pair is missing', expected });
  }

  const look = async (context: MonitorContext): Promise<Finding> => {
    if (!options.images) {
      const klPerImage = readScalar(`${where}.kl`, context.values, options.kl ?? 'kl');
      return { evidence: { klPerImage }, advice: klPerImage < settings.minKl ? advice : undefined };
    }
    const [mu, kl] = await readPosterior(options, settings.samples, context);
    const activeUnits = columnVariances(mu).filter((variance) => variance > settings.activeVariance).length;
    const units = mu.dimension;
    const klPerUnit = meanOf(kl.values);
    const evidence = { activeUnits, units, klPerUnit, largestUnitKl: Math.max(...kl.values) };
    const hasCollapsed = activeUnits / units < settings.minActiveShare || klPerUnit * units < settings.minKl;
    return { evidence, advice: hasCollapsed ? advice : undefined };
  };
  return createPatientMonitor({ name: 'posterior-collapse', ...settings }, look);
}

/** Means of the codes, and the KL of each unit. */
async function readPosterior(
  { encode, images }: PosteriorCollapseOptions,
  samples: number,
  { rng, signal }: MonitorContext,
): Promise<[Rows, Rows]> {
  const draw = () => images!(samples, { rng: rng.fork('images'), ...(signal && { signal }) });
  const read = await readRows([draw], (drawn) => {
    const { mu, logVar } = encode!(drawn!);
    const kl = tf.add(mu.square(), logVar.exp()).sub(logVar).sub(1).div(2);
    return [mu, kl.mean(0, true)];
  });
  return read as [Rows, Rows];
}
