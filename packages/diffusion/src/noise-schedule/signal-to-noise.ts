import type { PredictionType } from '../denoiser.ts';
import type { NoiseSchedule } from './noise-schedule.ts';

/** ᾱ_t / (1 − ᾱ_t) for every timestep. */
export function signalToNoiseRatio(schedule: NoiseSchedule): Float64Array {
  return schedule.alphasCumprod.map((alpha) => alpha / (1 - alpha));
}

/**
 * Loss weights [T] of Hang et al. 2023 (arXiv 2303.09556): min(SNR, gamma) over the factor that the prediction's
 * squared error already carries (epsilon: SNR, v: SNR + 1, sample: 1). Where the SNR is 0 the epsilon weight is 1.
 */
export function minSnrWeights(
  schedule: NoiseSchedule,
  gamma: number,
  predictionType: PredictionType,
): Float64Array {
  return signalToNoiseRatio(schedule).map((snr) => {
    const clipped = Math.min(snr, gamma);
    if (predictionType === 'sample') return clipped;
    if (predictionType === 'v') return clipped / (snr + 1);
    return snr === 0 ? 1 : clipped / snr;
  });
}
