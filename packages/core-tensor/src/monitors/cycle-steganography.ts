import { tf } from '@tintype/backend';
import type { Monitor, MonitorContext } from '../training/monitor.ts';
import type { Draw } from './draw.ts';
import { readOptions, type WatchOptions, watchRules, wholeFrom } from './monitor-options.ts';
import { createPatientMonitor, type Finding } from './patient-monitor.ts';
import { readRows } from './rows.ts';

export interface CycleSteganographyOptions extends WatchOptions {
  /** Images of the first domain. */
  readonly images: Draw;
  /** Images of the first domain → of the second; borrows and gives. */
  translate(images: tf.Tensor): tf.Tensor;
  /** Images of the second domain → of the first; borrows and gives. */
  restore(images: tf.Tensor): tf.Tensor;
  /** Images looked at. @default 8 */
  readonly samples?: number;
  /** Standard deviation of the noise, for images in [-1, 1]. @default 0.02 */
  readonly noise?: number;
  /** Growth of the cycle error from which the translation hides the image. @default 3 */
  readonly maxFactor?: number;
}

const advice =
  'The translated image hides the original in a pattern too faint to see: add noise to what is translated back, lower the cycle weight, or use a stronger discriminator.';

/**
 * Does a translation smuggle the image past the other domain (Chu et al. 2017, arXiv 1712.02950)? With y = G(x) and noise n of
 * σ = 0.02: **cycleError** = mean|F(y) − x|, **noisyCycleError** = mean|F(y + n) − x|, **factor** = noisyCycleError ÷
 * max(cycleError, mean|n|). A translation that shows what it keeps restores nearly as well from a slightly noisy picture: 1 to
 * 2; a hidden code is destroyed by such noise. The floor mean|n| = σ·√(2/π) is what an exact inverse pair shows. Give both
 * directions a monitor each. Cost: `samples` images through G once and F twice. Defaults: interval 500, patience 2.
 */
export function createCycleSteganographyMonitor(options: CycleSteganographyOptions): Monitor {
  const rules = {
    ...watchRules(500, 2),
    samples: wholeFrom(1, 8),
    noise: { default: 0.02, minimum: 1e-6 },
    maxFactor: { default: 3, minimum: 1 },
  };
  const kinds = { images: 'function', translate: 'function', restore: 'function' } as const;
  const settings = readOptions('createCycleSteganographyMonitor', options, rules, kinds);

  const look = async ({ rng, signal }: MonitorContext): Promise<Finding> => {
    const draw = () =>
      options.images(settings.samples, { rng: rng.fork('images'), ...(signal && { signal }) });
    const [rows] = await readRows([draw], (images) => {
      const translated = options.translate(images!);
      const noisy = translated.add(rng.fork('noise').normal(translated.shape, 0, settings.noise));
      return [tf.stack([translated, noisy].map((y) => options.restore(y).sub(images!).abs().mean()))];
    });
    const [cycleError, noisyCycleError] = rows!.values as unknown as [number, number];
    const floor = settings.noise * Math.sqrt(2 / Math.PI);
    const factor = noisyCycleError / Math.max(cycleError, floor);
    const evidence = { cycleError, noisyCycleError, factor };
    return { evidence, advice: factor > settings.maxFactor ? advice : undefined };
  };
  return createPatientMonitor({ name: 'cycle-steganography', ...settings }, look);
}
