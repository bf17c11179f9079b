import { tf } from '@tintype/core-tensor';
import type { Denoiser } from '../denoiser.ts';
import { lookupTimesteps, type NoiseSchedule } from '../noise-schedule/index.ts';
import { assertFlow, flowTimesteps } from './config.ts';

/**
 * A flow denoiser as one that predicts v on a noise schedule, so that every sampler of noise schedules takes it. The path
 * x_t = √ᾱ x_0 + √(1 − ᾱ) ε is the straight one, times s = √ᾱ + √(1 − ᾱ), at σ = √(1 − ᾱ) / s; with the velocity
 * u = ε − x_0 there, v = (u + (√ᾱ − √(1 − ᾱ)) x_t) / s. ᾱ is the sampler's where it states a step, else the schedule's at t.
 * `timesteps` is the T that the flow was trained with. The model is borrowed. Throws `E_CONFIG` unless it predicts 'flow'.
 */
export function flowAsDenoiser(
  model: Denoiser,
  schedule: NoiseSchedule,
  { timesteps = flowTimesteps }: { readonly timesteps?: number } = {},
): Denoiser {
  assertFlow(model, 'flowAsDenoiser');
  return {
    predictionType: 'v',
    varianceType: 'fixed',
    hasNullLabel: model.hasNullLabel,
    predict: (xt, t, options = {}) =>
      tf.tidy(() => {
        const { step } = options;
        // A factor for all samples, or one for each: [b, 1, 1, 1].
        const at = (factor: (alpha: number) => number): tf.Tensor =>
          step
            ? tf.scalar(factor(step.alphaCumprod))
            : lookupTimesteps(schedule, (i) => factor(schedule.alphasCumprod[i]!), t, 4);
        const sum = (alpha: number) => Math.sqrt(alpha) + Math.sqrt(1 - alpha);
        const sigma = at((alpha) => Math.sqrt(1 - alpha) / sum(alpha));
        const times = sigma.mul(timesteps).reshape([-1]).broadcastTo(t.shape) as tf.Tensor1D;
        const inverse = at((alpha) => 1 / sum(alpha));
        const { prediction, isClipped } = model.predict(xt.mul(inverse), times, options);
        const slope = at((alpha) => Math.sqrt(alpha) - Math.sqrt(1 - alpha));
        return { prediction: prediction.add(xt.mul(slope)).mul(inverse) as tf.Tensor4D, isClipped };
      }),
  };
}
