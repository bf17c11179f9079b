import type { tf } from '@tintype/core-tensor';
import type { Denoiser } from '../denoiser.ts';
import { runSampler, type SampleOptions, type SamplerPlan } from '../samplers/run-sampler.ts';
import { assertFlow, type FlowSampleConfig } from './config.ts';
import { type FlowStep, flowSteps, stepFlow } from './step.ts';

export type FlowSampleOptions = SampleOptions & FlowSampleConfig;

/** The sampler before it runs. Throws `E_CONFIG` for impossible options. */
export function flowPlan(
  config: FlowSampleConfig & { readonly clipDenoised?: boolean } = {},
): SamplerPlan<FlowStep> {
  const isHeun = config.solver === 'heun';
  return {
    steps: flowSteps(config),
    takeStep: (input) => stepFlow(input, isHeun && input.step.previousSigma > 0),
  };
}

/**
 * Images [count, h, w, c] from noise along dx/dσ = u_θ(x, σ) (Lipman et al. 2022). Nothing is drawn after the first
 * noise. Throws `E_CONFIG` for a denoiser that does not predict 'flow' and for impossible options, `E_ABORTED` when the
 * signal fires.
 */
export async function sampleFlow(denoiser: Denoiser, options: FlowSampleOptions): Promise<tf.Tensor4D> {
  assertFlow(denoiser, 'sampleFlow');
  return runSampler(denoiser, flowPlan(options), options);
}
