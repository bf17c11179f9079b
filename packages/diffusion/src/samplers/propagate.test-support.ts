import { tf } from '@tintype/core-tensor';
import type { Denoiser, SamplerStep } from '../denoiser.ts';
import type { SamplerPlan } from './run-sampler.ts';

export interface PropagateOptions<Step extends SamplerStep = SamplerStep> {
  readonly denoiser: Denoiser;
  readonly plan: SamplerPlan<Step>;
  /** Starting points, one a row. */
  readonly points: readonly number[];
  /** Noise of each row at each step. @default none */
  readonly noiseAt?: (stepIndex: number) => readonly number[];
}

/** Where the steps of a sampler lead points of one value each. */
export function propagate<Step extends SamplerStep>(options: PropagateOptions<Step>): number[] {
  const { denoiser, plan, points, noiseAt } = options;
  const column = (values: readonly number[]) => tf.tensor4d([...values], [values.length, 1, 1, 1]);
  return tf.tidy(() => {
    let xt = column(points);
    let carried: readonly tf.Tensor4D[] | undefined;
    for (const [k, step] of plan.steps.entries()) {
      const t = tf.fill([points.length], step.t) as tf.Tensor1D;
      const prediction = denoiser.predict(xt, t, { step });
      const { predictionType, varianceType } = denoiser;
      const noise = noiseAt && step.variance > 0 ? { noise: column(noiseAt(k)) } : {};
      const result = plan.takeStep({
        step,
        xt,
        prediction,
        predictionType,
        varianceType,
        clipRange: 1e9,
        carried,
        ...noise,
      });
      xt = result.xPrevious;
      carried = result.carried;
    }
    return [...xt.dataSync()];
  });
}

/**
 * Mean and deviation of the samples of Gaussian data, exact: every step is affine in x_t and in its noise, so one row
 * follows the mean, one the spread of x_T and one each the noise of a step.
 */
export function gaussianMoments<Step extends SamplerStep>(
  denoiser: Denoiser,
  plan: SamplerPlan<Step>,
  start: { readonly mean: number; readonly deviation: number },
): { mean: number; deviation: number } {
  const count = plan.steps.length;
  const points = [start.mean, start.mean + start.deviation, ...new Array<number>(count).fill(start.mean)];
  const noiseAt = (k: number) => points.map((_, row) => (row === k + 2 ? 1 : 0));
  const [mean, ...rows] = propagate({ denoiser, plan, points, noiseAt });
  return { mean: mean!, deviation: Math.hypot(...rows.map((value) => value - mean!)) };
}
