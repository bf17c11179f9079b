import type { ParameterTree, TrainStep, tf } from '@tintype/core-tensor';
import type { Denoiser } from '../denoiser.ts';
import {
  createDenoiserTrainStep,
  type DenoiserOptimizers,
  type DenoiserTrainStepOptions,
} from '../denoiser-train-step/denoiser-train-step.ts';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import { createUniformTimestepSampler, type TimestepSampler } from '../timestep-sampler/index.ts';
import { assertLossKind, type DdpmLossKind, defaultLossKind } from './config.ts';
import { ddpmLoss } from './loss.ts';

// Denoising diffusion probabilistic models: learn to predict the noise that was mixed into an image.
// Ho, Jain, Abbeel (2020), "Denoising Diffusion Probabilistic Models", arXiv 2006.11239, algorithm 1.
//   t ~ U{0 … T−1}, ε ~ N(0, I);  minimise ‖ε − ε_θ(√ᾱ_t x_0 + √(1 − ᾱ_t) ε, t)‖²
// Differences from the paper: the network may predict x_0 or v instead, and learn its variance (Nichol & Dhariwal 2021,
// arXiv 2102.09672); the loss may be weighted by timestep, timesteps drawn by their losses.

export type DdpmOptimizers = DenoiserOptimizers;

export interface DdpmTrainStepOptions extends DenoiserTrainStepOptions {
  readonly schedule: NoiseSchedule;
  /** What is minimised, see `ddpmLoss`. @default 'simple', or 'hybrid' where the denoiser learns its variance */
  readonly loss?: DdpmLossKind;
  /** λ of the hybrid loss, > 0. @default 0.001 */
  readonly vlbWeight?: number;
  /** Weight of each timestep's squared error, [T]. @default 1 throughout */
  readonly timestepWeights?: Float64Array;
  /** Which timesteps are drawn; freed with the train step. @default uniform */
  readonly timestepSampler?: TimestepSampler;
}

/**
 * One phase, `denoiser`: batch `images` [b, h, w, c] in [-1, 1] → scalars `loss`, `simple` and `vlb` where the loss has
 * both parts, and, where it is clipped, `gradientNorm` before clipping. Timesteps, noise and dropout are functions of the
 * phase's rng, and timesteps also of the sampler's history. Throws `E_CONFIG` for a clip that is not above 0, an impossible
 * `accumulate`, or a loss that does not fit the denoiser's variance.
 */
export function createDdpmTrainStep(
  model: Denoiser & { readonly parameters: ParameterTree },
  optimizers: DdpmOptimizers,
  options: DdpmTrainStepOptions,
): TrainStep {
  const where = 'createDdpmTrainStep';
  const { schedule, timestepWeights } = options;
  const { loss = defaultLossKind(model.varianceType), vlbWeight = 0.001 } = options;
  assertLossKind(model, { loss, vlbWeight });
  const sampler = options.timestepSampler ?? createUniformTimestepSampler(schedule);
  const { state, update } = sampler;
  const terms = { loss, vlbWeight, ...(timestepWeights && { timestepWeights }) };
  return createDenoiserTrainStep<DdpmDraws>(
    model,
    optimizers,
    {
      where,
      draw({ shape }, rng) {
        const { t, weights } = sampler.draw(rng, shape[0]);
        return { t, ...(weights && { sampleWeights: weights }) };
      },
      loss: (slice) => ddpmLoss(model, schedule, { ...slice, ...terms }),
      ...(update && { observe: ({ t }, losses) => update(t, losses) }),
      ...(state && { state: { timestepSampler: state } }),
      dispose: () => sampler.dispose(),
    },
    options,
  );
}

type DdpmDraws = { readonly t: tf.Tensor1D; readonly sampleWeights?: tf.Tensor1D };
