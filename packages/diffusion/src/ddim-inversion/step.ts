import { tf } from '@tintype/core-tensor';
import type { PredictionType, SamplerStep } from '../denoiser.ts';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import { denoisedParts, type SamplerStepInput, type SamplerStepResult } from '../samplers/denoised-parts.ts';
import { inferenceTimesteps } from '../samplers/inference-timesteps.ts';
import { assertInversionConfig, type DdimInversionConfig } from './config.ts';

/** A step towards the noise: `t` and `previousT` are both the timestep it leads to, where the denoiser is asked. */
export interface DdimInversionStep extends SamplerStep {
  /** ᾱ_s of the less noisy x that it comes from. */
  readonly alphaCumprodFrom: number;
  /** The denoiser is asked again at this timestep, about what this step gives. */
  readonly isRepeated: boolean;
}

/** The steps of an inversion, from clean images to noise, in float64. Throws `E_CONFIG` for impossible options. */
export function ddimInversionSteps(
  schedule: NoiseSchedule,
  config: DdimInversionConfig = {},
): DdimInversionStep[] {
  assertInversionConfig(config);
  const { fixedPointIterations: calls = 1, setAlphaToOne = true } = config;
  const rising = inferenceTimesteps(schedule.timesteps, config).reverse();
  return rising.flatMap((t, k) => {
    const clean = setAlphaToOne ? 1 : schedule.alphasCumprod[0]!;
    const from = k === 0 ? clean : schedule.alphasCumprod[rising[k - 1]!]!;
    const alphaCumprod = schedule.alphasCumprod[t]!;
    // x_t = √ᾱ_t x̂_0 + √(1 − ᾱ_t) ε, with the ε that leads from x̂_0 to x_s.
    const direction = from === 1 ? 0 : Math.sqrt((1 - alphaCumprod) / (1 - from));
    const step = {
      t,
      previousT: t,
      alphaCumprod,
      alphaCumprodPrevious: alphaCumprod,
      alphaCumprodFrom: from,
      posteriorMeanCoefficients: [Math.sqrt(alphaCumprod) - direction * Math.sqrt(from), direction] as const,
      variance: 0,
      clip: false,
    };
    return Array.from({ length: calls }, (_, call) => ({ ...step, isRepeated: call + 1 < calls }));
  });
}

/**
 * The x_t from which the DDIM step with this prediction leads back to x_s. That step is x_s = keep · x_t + turn · p for
 * the p of the denoiser (v for v and x_0, ε for ε), so x_t = (x_s − turn · p) / keep. p would have to be asked at x_t,
 * which is not known yet: it is asked at x_s, or at the x_t of the call before.
 */
export function stepDdimInversion(input: SamplerStepInput<DdimInversionStep>): SamplerStepResult {
  const { step, xt, predictionType, carried } = input;
  const { keep, turn } = factorsOf(step, predictionType);
  return tf.tidy(() => {
    const source = carried?.[0] ?? xt;
    const { xStart, epsilon } = denoisedParts(input);
    const { alphaCumprod } = step;
    const predicted =
      predictionType === 'epsilon'
        ? epsilon
        : epsilon.mul(Math.sqrt(alphaCumprod)).sub(xStart.mul(Math.sqrt(1 - alphaCumprod)));
    const xPrevious = source.sub(predicted.mul(turn)).div(keep) as tf.Tensor4D;
    return step.isRepeated
      ? { xPrevious, xStart, carried: [source.clone() as tf.Tensor4D] }
      : { xPrevious, xStart };
  });
}

function factorsOf({ alphaCumprodFrom: from, alphaCumprod: to }: DdimInversionStep, type: PredictionType) {
  const signal = { from: Math.sqrt(from), to: Math.sqrt(to) };
  const noise = { from: Math.sqrt(1 - from), to: Math.sqrt(1 - to) };
  if (type === 'epsilon') {
    const keep = signal.from / signal.to;
    return { keep, turn: noise.from - keep * noise.to };
  }
  // v turns x by the angle between the two levels.
  return {
    keep: signal.from * signal.to + noise.from * noise.to,
    turn: noise.from * signal.to - signal.from * noise.to,
  };
}
