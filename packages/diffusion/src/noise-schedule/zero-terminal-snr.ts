import { TintypeError } from '@tintype/core-tensor';

/**
 * Betas with the same ᾱ_0 whose ᾱ_{T−1} is exactly 0: √ᾱ is shifted by its last value and scaled back to its
 * first (Lin et al. 2023, "Common diffusion noise schedules and sample steps are flawed", algorithm 1).
 * Throws `E_CONFIG` for fewer than two timesteps.
 */
export function rescaleZeroTerminalSnr(betas: Float64Array): Float64Array {
  const timesteps = betas.length;
  if (timesteps < 2) {
    throw new TintypeError('E_CONFIG', {
      where: 'createNoiseSchedule: rescaleBetasZeroSnr',
      what: 'a schedule of one timestep has no signal-to-noise ratio to rescale',
      got: timesteps,
      expected: 'at least 2 timesteps',
    });
  }
  let product = 1;
  const roots = betas.map((beta) => {
    product *= 1 - beta;
    return Math.sqrt(product);
  });
  const first = roots[0]!;
  const last = roots[timesteps - 1]!;
  const alphasCumprod = roots.map((root) => (((root - last) * first) / (first - last)) ** 2);
  return alphasCumprod.map((value, t) => 1 - (t === 0 ? value : value / alphasCumprod[t - 1]!));
}
