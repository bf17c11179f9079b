import type { tf } from '@tintype/core-tensor';
import type { Denoiser, PredictionType, SamplerStep } from '../denoiser.ts';

export interface GaussianData {
  readonly mean: number;
  readonly deviation: number;
}

/** The best possible denoiser of data N(mean, deviation²), in closed form; it records the steps it is asked for. */
export function createGaussianDenoiser(
  { mean, deviation }: GaussianData,
  predictionType: PredictionType = 'epsilon',
): Denoiser & { readonly steps: SamplerStep[] } {
  const steps: SamplerStep[] = [];
  return {
    predictionType,
    varianceType: 'fixed',
    steps,
    predict(xt, _t, options = {}) {
      const step = options.step!;
      steps.push(step);
      const alpha = step.alphaCumprod;
      const [signal, noise] = [Math.sqrt(alpha), Math.sqrt(1 - alpha)];
      const gain = (signal * deviation ** 2) / (alpha * deviation ** 2 + 1 - alpha);
      const xStart = xt.mul(gain).add(mean - gain * signal * mean) as tf.Tensor4D;
      if (predictionType === 'sample') return { prediction: xStart };
      const epsilon = xt.sub(xStart.mul(signal)).div(noise) as tf.Tensor4D;
      if (predictionType === 'epsilon') return { prediction: epsilon };
      return { prediction: epsilon.mul(signal).sub(xStart.mul(noise)) as tf.Tensor4D };
    },
  };
}

/** Mean and deviation of the samples that a list of steps makes of such data, exact, in float64. */
export function sampledMoments(
  { mean, deviation }: GaussianData,
  steps: readonly SamplerStep[],
): GaussianData {
  let sampledMean = 0;
  let variance = 1;
  for (const {
    alphaCumprod: alpha,
    posteriorMeanCoefficients: [ofXStart, ofXt],
    variance: added,
  } of steps) {
    // The best prediction of x_0 is gain · x_t + offset.
    const gain = (Math.sqrt(alpha) * deviation ** 2) / (alpha * deviation ** 2 + 1 - alpha);
    const offset = mean - gain * Math.sqrt(alpha) * mean;
    const slope = ofXStart * gain + ofXt;
    sampledMean = slope * sampledMean + ofXStart * offset;
    variance = slope ** 2 * variance + added;
  }
  return { mean: sampledMean, deviation: Math.sqrt(variance) };
}
