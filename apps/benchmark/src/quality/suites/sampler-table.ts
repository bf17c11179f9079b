import type { DigitReference, ScheduledUNet } from '@tintype/recipes';
import type { SuiteContext } from '../quality-suite.ts';
import { fidOfSampler } from './sampler-fid.ts';

const samples = 500;
const fewSteps = [5, 10, 20, 50, 100];

/** As the paper has it: steps at multiples of ⌊T/S⌋, and x̂_0 is not clipped. */
const asPublished = { timestepSpacing: 'leading', clipDenoised: false } as const;

const samplers = {
  DDIM: { ...asPublished, sampler: 'ddim', eta: 0, clippedNoise: 'model' },
  DDPM: { ...asPublished, sampler: 'ddim', eta: 1, clippedNoise: 'model' },
  'DDPM, β': { ...asPublished, sampler: 'ddpm', variance: 'fixed-large' },
  'DPM-Solver++': { sampler: 'dpm-solver', clipDenoised: false },
} as const;

type SamplerTitle = keyof typeof samplers;

export interface SamplerScores {
  /** FID-LeNet by steps: DDIM, DDPM as DDIM with η = 1, and DDPM with β for its variance. */
  readonly ddim: ReadonlyMap<number, number>;
  readonly ddpm: ReadonlyMap<number, number>;
  readonly beta: ReadonlyMap<number, number>;
}

/** FID-LeNet and seconds an image by sampler and steps, from one and the same noise, as facts. */
export async function measureSamplers(
  context: SuiteContext,
  model: ScheduledUNet,
  reference: DigitReference,
): Promise<SamplerScores> {
  const all = model.schedule.timesteps;
  const rng = context.rng.fork('samplers');
  const measure = async (title: SamplerTitle, stepCounts: readonly number[]) => {
    const scores = new Map<number, number>();
    for (const numInferenceSteps of stepCounts) {
      const asked = { ...samplers[title], numInferenceSteps, count: samples, rng, signal: context.signal };
      const { fid, secondsPerImage } = await fidOfSampler(model, reference, asked);
      scores.set(numInferenceSteps, fid);
      context.fact(`${title}, ${numInferenceSteps} steps: FID-LeNet`, fid);
      context.fact(`${title}, ${numInferenceSteps} steps: seconds an image`, secondsPerImage);
    }
    return scores;
  };
  const ddim = await measure('DDIM', [2, ...fewSteps, all]);
  const ddpm = await measure('DDPM', [...fewSteps, all]);
  const beta = await measure('DDPM, β', [20, all]);
  await measure('DPM-Solver++', fewSteps);
  return { ddim, ddpm, beta };
}
