import { TintypeError } from '@tintype/backend';
import { assertBelowOne, assertIntegers, assertPositive } from './assert-hyperparameters.ts';

/** Decay 1 − (1 + n/inverseGamma)^−power, for long trainings (0.75 reaches 0.9999 at 215 k updates) and longer ones. */
export interface PowerWarmUp {
  /** @default 2/3 */
  power?: number;
  /** @default 1 */
  inverseGamma?: number;
}

export interface EmaDecayOptions {
  /** What the decay grows to, in [0, 1). */
  emaDecay: number;
  /** How it grows: (1 + n)/(10 + n), a power, or not at all. @default 'ratio' */
  warmUp?: 'ratio' | 'none' | PowerWarmUp;
  /** So many updates copy the parameters before averaging begins. @default 0 */
  updateAfterStep?: number;
  /** Lower bound once averaging has begun. @default 0 */
  minDecay?: number;
}

/**
 * The decay of update n (1 at the first), as diffusers' EMAModel.get_decay: with m = n − updateAfterStep − 1 it is 0 for
 * m ≤ 0 (a copy), else the warm-up at m between minDecay and emaDecay. Throws `E_CONFIG` on impossible options.
 */
export function createEmaDecay(options: EmaDecayOptions): (update: number) => number {
  const { emaDecay, warmUp = 'ratio', updateAfterStep = 0, minDecay = 0 } = options;
  assertBelowOne('createEma', { emaDecay, minDecay });
  assertIntegers('createEma', { updateAfterStep }, 0);
  const grow = growth(warmUp);
  return (update) => {
    const averaged = update - updateAfterStep - 1;
    return averaged <= 0 ? 0 : Math.max(minDecay, Math.min(emaDecay, grow(averaged)));
  };
}

function growth(warmUp: NonNullable<EmaDecayOptions['warmUp']>): (n: number) => number {
  if (warmUp === 'none') return () => 1;
  if (warmUp === 'ratio') return (n) => (1 + n) / (10 + n);
  if (typeof warmUp !== 'object') {
    throw new TintypeError('E_CONFIG', {
      where: 'createEma',
      what: 'warmUp must be "ratio", "none" or { power, inverseGamma }',
      got: warmUp,
    });
  }
  const { power = 2 / 3, inverseGamma = 1 } = warmUp;
  assertPositive('createEma', { power, inverseGamma });
  return (n) => 1 - (1 + n / inverseGamma) ** -power;
}
