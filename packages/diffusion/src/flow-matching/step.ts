import { TintypeError, tf } from '@tintype/core-tensor';
import type { SamplerStep } from '../denoiser.ts';
import type { SamplerStepInput, SamplerStepResult } from '../samplers/denoised-parts.ts';
import { type FlowSampleConfig, resolveFlowSampleConfig } from './config.ts';

/**
 * A step of a flow. `alphaCumprod` is that of the noise schedule's x_t with the same signal-to-noise ratio,
 * (1 − σ)² / ((1 − σ)² + σ²); the state itself is x_σ = (1 − σ) x_0 + σ ε.
 */
export interface FlowStep extends SamplerStep {
  /** Share of noise of x before and after the step. */
  readonly sigma: number;
  readonly previousSigma: number;
  /** Of the whole step that this one is, or is a half of: σ after it minus σ before it. */
  readonly deltaSigma: number;
  /** The corrector of Heun: it needs what the step before it carried, so that no run starts here. */
  readonly isSecondHalf?: boolean;
}

/** σ of the points between the steps, S + 1 of them from 1 to 0. Throws `E_CONFIG` for impossible options. */
export function flowSigmas(config: FlowSampleConfig = {}): number[] {
  const { numInferenceSteps: count, shift, sigmaSpacing, timesteps } = resolveFlowSampleConfig(config);
  const shifted = (sigma: number) => (shift * sigma) / (1 + (shift - 1) * sigma);
  if (sigmaSpacing === 'even') return Array.from({ length: count + 1 }, (_, k) => shifted(1 - k / count));
  const least = shifted(1 / timesteps);
  const at = (k: number) => (count === 1 ? 1 : 1 + (k / (count - 1)) * (least - 1));
  return [...Array.from({ length: count }, (_, k) => shifted(at(k))), 0];
}

/** The steps of a run, first to last, in float64: one for each call of the denoiser. Throws `E_CONFIG`. */
export function flowSteps(config: FlowSampleConfig & { clipDenoised?: boolean } = {}): FlowStep[] {
  const { solver, timesteps } = resolveFlowSampleConfig(config);
  const sigmas = flowSigmas(config);
  return sigmas.slice(0, -1).flatMap((sigma, k) => {
    const next = sigmas[k + 1]!;
    const step = (from: number, to: number): FlowStep => ({
      t: from * timesteps,
      previousT: to > 0 ? to * timesteps : -1,
      alphaCumprod: signalShare(from),
      alphaCumprodPrevious: signalShare(to),
      posteriorMeanCoefficients: [1 - to / from, to / from],
      variance: 0,
      clip: config.clipDenoised ?? true,
      sigma: from,
      previousSigma: to,
      deltaSigma: next - sigma,
    });
    // At σ = 0 there is nothing left to correct.
    if (solver === 'euler' || next === 0) return [step(sigma, next)];
    return [step(sigma, next), { ...step(next, next), isSecondHalf: true }];
  });
}

function signalShare(sigma: number): number {
  return (1 - sigma) ** 2 / ((1 - sigma) ** 2 + sigma ** 2);
}

/**
 * Euler: x ← x + (σ' − σ) u. Heun goes back and takes the mean of u at both ends instead. Where the step clips,
 * u is the one that leads from the clipped x̂_0 = x − σ u to x.
 */
export function stepFlow(input: SamplerStepInput<FlowStep>, keepsHistory = false): SamplerStepResult {
  const { step, xt, carried } = input;
  return tf.tidy(() => {
    const { xStart, velocity } = denoisedFlow(input);
    if (step.isSecondHalf) {
      const [start, first] = carried ?? [];
      if (!start || !first) throw startsHalfway();
      const mean = first.add(velocity).div(2);
      return { xPrevious: start.add(mean.mul(step.deltaSigma)) as tf.Tensor4D, xStart };
    }
    const xPrevious = xt.add(velocity.mul(step.deltaSigma)) as tf.Tensor4D;
    if (!keepsHistory) return { xPrevious, xStart };
    return { xPrevious, xStart, carried: [xt.clone(), velocity] };
  });
}

function denoisedFlow({ step, xt, prediction, clipRange = 1 }: SamplerStepInput<FlowStep>) {
  const velocity = prediction.prediction;
  const xStart = xt.sub(velocity.mul(step.sigma)) as tf.Tensor4D;
  const clips = step.clip && prediction.isClipped !== true;
  if (!clips) return { xStart, velocity };
  const clipped = xStart.clipByValue(-clipRange, clipRange) as tf.Tensor4D;
  return { xStart: clipped, velocity: xt.sub(clipped).div(step.sigma) as tf.Tensor4D };
}

function startsHalfway(): TintypeError {
  return new TintypeError('E_CONFIG', {
    where: 'stepFlow',
    what: 'a run cannot start at the second half of a step',
    got: 'nothing carried from the first half',
    remedy: 'Start at a step without `isSecondHalf`',
  });
}
