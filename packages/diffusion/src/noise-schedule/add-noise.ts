import { tf } from '@tintype/core-tensor';
import type { NoiseSchedule } from './noise-schedule.ts';
import { lookupTimesteps, type Timesteps } from './timestep-table.ts';

/**
 * x_t = √ᾱ_t x_0 + √(1 − ᾱ_t) ε (Ho et al. 2020, eq. 4).
 * xStart and noise: [batch, …]; t: a number for all samples or int32 [batch].
 */
export function addNoise<T extends tf.Tensor>(schedule: NoiseSchedule, xStart: T, noise: T, t: Timesteps): T {
  return mix(schedule, xStart, noise, t, 1);
}

/**
 * v_t = √ᾱ_t ε − √(1 − ᾱ_t) x_0, what a v-prediction network learns (Salimans & Ho 2022, arXiv 2202.00512).
 * xStart and noise: [batch, …]; t: a number for all samples or int32 [batch].
 */
export function velocity<T extends tf.Tensor>(schedule: NoiseSchedule, xStart: T, noise: T, t: Timesteps): T {
  return mix(schedule, noise, xStart, t, -1);
}

// √ᾱ_t · carrier + sign · √(1 − ᾱ_t) · other
function mix<T extends tf.Tensor>(
  schedule: NoiseSchedule,
  carrier: T,
  other: T,
  t: Timesteps,
  sign: 1 | -1,
): T {
  const { alphasCumprod } = schedule;
  return tf.tidy(() => {
    const signal = lookupTimesteps(schedule, (i) => Math.sqrt(alphasCumprod[i]!), t, carrier.rank);
    const noise = lookupTimesteps(schedule, (i) => sign * Math.sqrt(1 - alphasCumprod[i]!), t, carrier.rank);
    return carrier.mul(signal).add(other.mul(noise)) as T;
  });
}
