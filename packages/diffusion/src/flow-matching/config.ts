import { assertConfig, TintypeError, v } from '@tintype/core-tensor';
import type { Denoiser } from '../denoiser.ts';

/** Training timesteps T of a flow: the denoiser is told t = σT. Any number does, if training and sampling agree. */
export const flowTimesteps = 1000;

export interface FlowSampleConfig {
  /** Steps from noise to image, an integer ≥ 1. @default 50 */
  readonly numInferenceSteps?: number;
  /**
   * `euler` calls the denoiser once a step; `heun` twice, and once in the last step, and is of second order.
   * @default 'euler'
   */
  readonly solver?: 'euler' | 'heun';
  /**
   * Moves the steps towards the noise, σ ↦ shift σ / (1 + (shift − 1) σ): above 1 for large images (Esser et al. 2024,
   * arXiv 2403.03206, eq. 23). > 0. @default 1
   */
  readonly shift?: number;
  /**
   * `even`: S equal steps from σ = 1 to 0, then shifted. `sigma-min`: S equal steps from 1 to the shifted 1/T, then shifted,
   * and from there to 0, as diffusers has them. @default 'even'
   */
  readonly sigmaSpacing?: 'even' | 'sigma-min';
  /** T of t = σT, as in training. > 0. @default 1000 */
  readonly timesteps?: number;
}

export interface FlowTimeConfig {
  /**
   * Where σ is trained: evenly over (0, 1), or sigmoid(mean + deviation · n) with n ~ N(0, 1), mostly between noise and
   * image, where the velocity is hardest to tell (Esser et al. 2024, eq. 19). @default 'uniform'
   */
  readonly timeSampling?: 'uniform' | 'logit-normal';
  /** Above 0 there is more noise. Only read for logit-normal. @default 0 */
  readonly logitMean?: number;
  /** > 0. Only read for logit-normal. @default 1 */
  readonly logitDeviation?: number;
  /** T of the t = σT that the denoiser is told; sampling must use the same. > 0. @default 1000 */
  readonly timesteps?: number;
}

const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));

const sampleSchema = v.strictObject({
  numInferenceSteps: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 50),
  solver: v.optional(v.picklist(['euler', 'heun']), 'euler'),
  shift: v.optional(positive, 1),
  sigmaSpacing: v.optional(v.picklist(['even', 'sigma-min']), 'even'),
  timesteps: v.optional(positive, flowTimesteps),
});

const timeSchema = v.strictObject({
  timeSampling: v.optional(v.picklist(['uniform', 'logit-normal']), 'uniform'),
  logitMean: v.optional(v.pipe(v.number(), v.finite()), 0),
  logitDeviation: v.optional(positive, 1),
  timesteps: v.optional(positive, flowTimesteps),
});

/** Every default filled in; other keys are left aside. Throws `E_CONFIG` for impossible values. */
export function resolveFlowSampleConfig(config: FlowSampleConfig): Required<FlowSampleConfig> {
  const { numInferenceSteps, solver, shift, sigmaSpacing, timesteps } = config;
  return assertConfig(
    sampleSchema,
    { numInferenceSteps, solver, shift, sigmaSpacing, timesteps },
    'sampleFlow',
  );
}

/** Every default filled in; other keys are left aside. Throws `E_CONFIG` for impossible values. */
export function resolveFlowTimeConfig(config: FlowTimeConfig): Required<FlowTimeConfig> {
  const { timeSampling, logitMean, logitDeviation, timesteps } = config;
  return assertConfig(
    timeSchema,
    { timeSampling, logitMean, logitDeviation, timesteps },
    'createFlowTrainStep',
  );
}

/** Throws `E_CONFIG` for a denoiser that does not predict the velocity of a straight path. */
export function assertFlow({ predictionType }: Denoiser, where: string): void {
  if (predictionType === 'flow') return;
  throw new TintypeError('E_CONFIG', {
    where,
    what: 'the denoiser does not predict the velocity of the straight path',
    got: `${predictionType} prediction`,
    expected: 'flow prediction',
    remedy: "Create the network with predictionType 'flow'",
  });
}
