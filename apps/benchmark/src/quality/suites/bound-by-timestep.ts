import { type Denoiser, measureVariationalBound, type NoiseSchedule } from '@tintype/diffusion';
import { type DigitReference, digitBatches } from '@tintype/recipes';
import type { SuiteContext } from '../quality-suite.ts';

const digits = 50;
const strata = 40;
/** Of the timesteps, that the parts are told by. */
const parts = 5;

export interface BoundByTimestep {
  readonly bitsPerDim: number;
  /** Bits from the timesteps of each fifth, least noise first. */
  readonly byFifth: readonly number[];
  readonly prior: number;
}

/** The variational bound of the first test digits in bits per pixel. */
export async function boundByTimestep(
  model: Denoiser & { readonly schedule: NoiseSchedule },
  { test, imageSize }: DigitReference,
  { rng, signal }: Pick<SuiteContext, 'rng' | 'signal'>,
): Promise<BoundByTimestep> {
  const byFifth = Array.from({ length: parts }, () => 0);
  let bits = 0;
  let prior = 0;
  for await (const images of digitBatches(test, { imageSize, count: digits, batchSize: digits })) {
    const asked = { rng: rng.fork('bound'), timestepCount: strata, signal };
    const bound = await measureVariationalBound(model, model.schedule, images, asked);
    images.dispose();
    bits += bound.bitsPerDim;
    prior += bound.priorBitsPerDim;
    for (const { first, bitsPerDim } of bound.strata)
      byFifth[Math.floor((parts * first) / model.schedule.timesteps)]! += bitsPerDim;
  }
  return { bitsPerDim: bits, byFifth, prior };
}
