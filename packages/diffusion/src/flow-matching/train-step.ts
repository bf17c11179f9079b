import type { ParameterTree, TrainStep } from '@tintype/core-tensor';
import type { Denoiser } from '../denoiser.ts';
import {
  createDenoiserTrainStep,
  type DenoiserOptimizers,
  type DenoiserTrainStepOptions,
} from '../denoiser-train-step/denoiser-train-step.ts';
import { assertFlow, type FlowTimeConfig, resolveFlowTimeConfig } from './config.ts';
import { drawFlowSigmas } from './flow-times.ts';
import { flowMatchingLoss } from './loss.ts';

// Flow matching: learn the velocity that carries noise along straight lines to images.
// Lipman et al. (2022), "Flow Matching for Generative Modeling", arXiv 2210.02747; Liu et al. (2022), 2209.03003.
//   σ ~ U(0, 1), ε ~ N(0, I);  minimise ‖(ε − x_0) − u_θ((1 − σ) x_0 + σ ε, σ)‖²
// Differences from the papers: σ is the share of noise (their t = 1 − σ), and may be drawn logit-normal.

export type FlowTrainStepOptions = DenoiserTrainStepOptions & FlowTimeConfig;

/**
 * One phase, `denoiser`: batch `images` [b, h, w, c] in [-1, 1] → scalars `loss` and, where it is clipped,
 * `gradientNorm` before clipping. Throws `E_CONFIG` for a model that does not predict 'flow' and for impossible options.
 */
export function createFlowTrainStep(
  model: Denoiser & { readonly parameters: ParameterTree },
  optimizers: DenoiserOptimizers,
  options: FlowTrainStepOptions = {},
): TrainStep {
  const where = 'createFlowTrainStep';
  assertFlow(model, where);
  const times = resolveFlowTimeConfig(options);
  return createDenoiserTrainStep(
    model,
    optimizers,
    {
      where,
      draw: ({ shape }, rng) => ({ sigma: drawFlowSigmas(rng, shape[0], times) }),
      loss: (slice) => flowMatchingLoss(model, { ...slice, timesteps: times.timesteps }),
    },
    options,
  );
}
