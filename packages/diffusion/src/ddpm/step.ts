import { TintypeError, tf } from '@tintype/core-tensor';
import type { SamplerStep, VarianceType } from '../denoiser.ts';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import { denoisedParts, type SamplerStepInput, type SamplerStepResult } from '../samplers/denoised-parts.ts';
import { inferenceTimesteps } from '../samplers/inference-timesteps.ts';
import { assertDdpmSampleConfig, type DdpmSampleConfig } from './config.ts';

/**
 * The steps of an ancestral run, first to last, every coefficient in float64: the posterior of the chain that has
 * only the visited timesteps (β = 1 − ᾱ_t/ᾱ_s). The last step leads to ᾱ = 1 and has no variance.
 */
export function ddpmSteps(
  schedule: NoiseSchedule,
  config: DdpmSampleConfig & { clipDenoised?: boolean } = {},
): SamplerStep[] {
  assertDdpmSampleConfig(config);
  const timesteps = inferenceTimesteps(schedule.timesteps, config);
  return timesteps.map((t, k) => {
    const previousT = timesteps[k + 1] ?? -1;
    const alphaCumprod = schedule.alphasCumprod[t]!;
    const alphaCumprodPrevious = previousT < 0 ? 1 : schedule.alphasCumprod[previousT]!;
    const alpha = alphaCumprod / alphaCumprodPrevious;
    const posterior = ((1 - alpha) * (1 - alphaCumprodPrevious)) / (1 - alphaCumprod);
    const variance = config.variance === 'fixed-large' && previousT >= 0 ? 1 - alpha : posterior;
    return {
      t,
      previousT,
      alphaCumprod,
      alphaCumprodPrevious,
      posteriorMeanCoefficients: [
        (Math.sqrt(alphaCumprodPrevious) * (1 - alpha)) / (1 - alphaCumprod),
        (Math.sqrt(alpha) * (1 - alphaCumprodPrevious)) / (1 - alphaCumprod),
      ] as const,
      variance,
      clip: config.clipDenoised ?? true,
    };
  });
}

/** One ancestral step: x_s = μ̃(x_t, x̂_0) + σ z (Ho et al. 2020, eq. 6–7 and algorithm 2). */
export function stepDdpm(input: SamplerStepInput): SamplerStepResult {
  const { step, xt, noise, prediction, varianceType = 'fixed' } = input;
  const [xStartFactor, xtFactor] = step.posteriorMeanCoefficients;
  return tf.tidy(() => {
    const { xStart } = denoisedParts(input);
    const mean = xStart.mul(xStartFactor).add(xt.mul(xtFactor)) as tf.Tensor4D;
    const isRandom = step.variance > 0 && noise !== undefined;
    if (!isRandom) return { xPrevious: mean, xStart };
    const deviation = standardDeviation(step, varianceType, prediction.variance);
    return { xPrevious: mean.add(noise.mul(deviation)) as tf.Tensor4D, xStart };
  });
}

/**
 * learned: the output is the variance itself; learned-range: it moves the log variance from that of the posterior
 * (−1) to that of β (1) (Nichol & Dhariwal 2021, eq. 15).
 */
function standardDeviation(
  step: SamplerStep,
  varianceType: VarianceType,
  output: tf.Tensor4D | undefined,
): tf.Tensor | number {
  if (varianceType === 'fixed') return Math.sqrt(step.variance);
  if (!output) {
    throw new TintypeError('E_CONFIG', {
      where: 'stepDdpm: prediction.variance',
      what: 'the denoiser says that it learns its variance but gave none',
      got: varianceType,
      expected: 'a variance tensor beside the prediction',
    });
  }
  if (varianceType === 'learned') return output.sqrt();
  const beta = 1 - step.alphaCumprod / step.alphaCumprodPrevious;
  const low = Math.log(Math.max((beta * (1 - step.alphaCumprodPrevious)) / (1 - step.alphaCumprod), 1e-20));
  const high = Math.log(beta);
  return output
    .mul((high - low) / 4)
    .add((high + low) / 4)
    .exp();
}
