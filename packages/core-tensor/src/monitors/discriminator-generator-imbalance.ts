import type { Monitor, MonitorContext } from '../training/monitor.ts';
import { readOptions, share, type WatchOptions, watchRules, wholeFrom } from './monitor-options.ts';
import { createPatientMonitor, type Finding } from './patient-monitor.ts';
import { readScalar } from './read-scalar.ts';
import { meanOf } from './rows.ts';

export interface DiscriminatorGeneratorImbalanceOptions extends WatchOptions {
  /** Share of real images read as real, by its name in metrics events. @default 'discriminator/realAccuracy' */
  readonly realAccuracy?: string;
  /** Share of generated images read as such. @default 'discriminator/fakeAccuracy' */
  readonly fakeAccuracy?: string;
  /** Mean logit of real images. @default 'discriminator/realLogits' */
  readonly realLogits?: string;
  /** Mean logit of generated images. @default 'discriminator/fakeLogits' */
  readonly fakeLogits?: string;
  /** Global norm of the generator's gradient: its name in metrics events, or a function. @default not looked at */
  readonly generatorGradientNorm?: string | ((context: MonitorContext) => number | Promise<number>);
  /** Readings that are averaged. @default 4 */
  readonly window?: number;
  /** Mean accuracy from which the discriminator is too strong, where the margin is large as well. @default 0.99 */
  readonly maxAccuracy?: number;
  /** Mean accuracy below which it has lost. @default 0.1 */
  readonly minAccuracy?: number;
  /** Margin of the logits, real − generated, from which it is too large. @default 12 */
  readonly maxMargin?: number;
  /** Readings in a row with that accuracy from which it is too strong whatever the margin. @default 40 */
  readonly maxRun?: number;
  /** Gradient norm ÷ the largest so far, below which the generator learns nothing. @default 0.001 */
  readonly minGradientShare?: number;
}

const advice = {
  strong:
    'The discriminator tells every image apart with a wide margin: see that the generator is updated, lower the discriminator’s learning rate or add a gradient penalty (R1).',
  weak: 'The discriminator is wrong nearly always: train it more often or with a higher learning rate.',
  vanished:
    'The generator’s gradient has vanished: use the non-saturating loss or a weaker discriminator, or see that the generator is trained.',
};

/**
 * Has one of the two networks won? Reads logged scalars, averaged over `window` readings: **accuracy**, the mean of that
 * on real and on generated images, and the **margin** of mean logits. Too strong: accuracy ≥ `maxAccuracy` and margin ≥
 * `maxMargin`. A DCGAN that learns MNIST well has accuracy 1 and a margin up to 8 in its first few hundred steps and 3 to 4
 * later; against a frozen generator the margin grows without end, hence 12. Lost: accuracy ≤ `minAccuracy`. The
 * **gradientShare**, where a norm is given, alarms by itself (minimax loss; Goodfellow 2014, section 3; Arjovsky and
 * Bottou 2017, arXiv 1701.04862). For objectives whose 0 separates real from fake: not for Wasserstein critics.
 * Costs microseconds. Defaults: interval 25, patience 2. Throws `E_CONFIG` at the first check where a scalar is missing.
 */
export function createDiscriminatorGeneratorImbalanceMonitor(
  options: DiscriminatorGeneratorImbalanceOptions = {},
): Monitor {
  const where = 'createDiscriminatorGeneratorImbalanceMonitor';
  const rules = {
    ...watchRules(25, 2),
    window: wholeFrom(1, 4),
    maxAccuracy: share(0.99),
    minAccuracy: share(0.1),
    maxMargin: { default: 12 },
    maxRun: wholeFrom(1, 40),
    minGradientShare: share(0.001),
  };
  const names = {
    realAccuracy: 'string?',
    fakeAccuracy: 'string?',
    realLogits: 'string?',
    fakeLogits: 'string?',
  } as const;
  const norm = options.generatorGradientNorm;
  const normKind = typeof norm === 'function' ? 'function?' : 'string?';
  const settings = readOptions(where, options, rules, { ...names, generatorGradientNorm: normKind });
  const accuracies: number[] = [];
  const margins: number[] = [];
  let largestNorm = 0;
  let run = 0;

  const look = async (context: MonitorContext): Promise<Finding> => {
    const read = (name: keyof typeof names) =>
      readScalar(`${where}.${name}`, context.values, options[name] ?? `discriminator/${name}`);
    remember(accuracies, (read('realAccuracy') + read('fakeAccuracy')) / 2, settings.window);
    remember(margins, read('realLogits') - read('fakeLogits'), settings.window);
    const gradientNorm =
      norm === undefined ? undefined : await readNorm(`${where}.generatorGradientNorm`, norm, context);
    largestNorm = Math.max(largestNorm, gradientNorm ?? 0);
    const gradientShare =
      gradientNorm === undefined || largestNorm === 0 ? undefined : gradientNorm / largestNorm;
    const accuracy = meanOf(accuracies);
    const margin = meanOf(margins);
    const evidence = {
      accuracy,
      margin,
      ...(gradientNorm !== undefined && { gradientNorm }),
      ...(gradientShare !== undefined && { gradientShare }),
    };
    if (gradientNorm === 0 || (gradientShare ?? 1) < settings.minGradientShare) {
      return { evidence, advice: advice.vanished };
    }
    if (accuracies.length < settings.window) return { evidence };
    if (accuracy <= settings.minAccuracy) return { evidence, advice: advice.weak };
    run = accuracies.at(-1)! >= settings.maxAccuracy ? run + 1 : 0;
    const isSure = accuracy >= settings.maxAccuracy && margin >= settings.maxMargin;
    const isStrong = isSure || run >= settings.maxRun;
    return { evidence, advice: isStrong ? advice.strong : undefined };
  };
  return createPatientMonitor({ name: 'discriminator-generator-imbalance', ...settings }, look);
}

function remember(readings: number[], value: number, window: number): void {
  readings.push(value);
  if (readings.length > window) readings.shift();
}

async function readNorm(
  where: string,
  norm: NonNullable<DiscriminatorGeneratorImbalanceOptions['generatorGradientNorm']>,
  context: MonitorContext,
): Promise<number> {
  return typeof norm === 'function' ? norm(context) : readScalar(where, context.values, norm);
}
