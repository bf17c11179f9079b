import { TintypeError, tf } from '@tintype/core-tensor';
import type { PredictionType } from '../denoiser.ts';

export type PredictedParts<T extends tf.Tensor> = {
  readonly xStart: T;
  readonly epsilon: T;
};

/**
 * x_0 and ε that a prediction at x_t stands for, in closed form:
 * epsilon: x_0 = (x_t − √(1 − ᾱ) ε) / √ᾱ; sample: ε = (x_t − √ᾱ x_0) / √(1 − ᾱ);
 * v: x_0 = √ᾱ x_t − √(1 − ᾱ) v, ε = √ᾱ v + √(1 − ᾱ) x_t.
 * `alphaCumprod` is ᾱ_t in [0, 1); throws `E_CONFIG` where ε is predicted at ᾱ = 0, which says nothing about x_0.
 */
export function predictedParts<T extends tf.Tensor>(
  prediction: T,
  predictionType: PredictionType,
  xt: T,
  alphaCumprod: number,
): PredictedParts<T> {
  const signal = Math.sqrt(alphaCumprod);
  const noise = Math.sqrt(1 - alphaCumprod);
  switch (predictionType) {
    case 'epsilon':
      assertSignal(alphaCumprod);
      return {
        xStart: combine(xt, 1 / signal, prediction, -noise / signal),
        epsilon: prediction.clone() as T,
      };
    case 'sample':
      return { xStart: prediction.clone() as T, epsilon: noiseOf(prediction, xt, alphaCumprod) };
    case 'v':
      return {
        xStart: combine(xt, signal, prediction, -noise),
        epsilon: combine(prediction, signal, xt, noise),
      };
    case 'flow':
      throw flowHasNoSchedule('predictedParts');
  }
}

/** The ε that leads from xStart to xt: (x_t − √ᾱ x_0) / √(1 − ᾱ). */
export function noiseOf<T extends tf.Tensor>(xStart: T, xt: T, alphaCumprod: number): T {
  const noise = Math.sqrt(1 - alphaCumprod);
  return combine(xt, 1 / noise, xStart, -Math.sqrt(alphaCumprod) / noise);
}

function combine<T extends tf.Tensor>(a: T, factorA: number, b: T, factorB: number): T {
  return tf.tidy(() => a.mul(factorA).add(b.mul(factorB)) as T);
}

function assertSignal(alphaCumprod: number): void {
  if (alphaCumprod > 0) return;
  throw new TintypeError('E_CONFIG', {
    where: 'predictedParts',
    what: 'the noise holds no information about the image where alphaCumprod is 0',
    got: 'epsilon prediction',
    expected: 'v or sample prediction',
    remedy: 'Train with predictionType v when rescaleBetasZeroSnr is on',
  });
}

/** A network of flow matching knows no noise schedule: its path is straight. */
export function flowHasNoSchedule(where: string): TintypeError {
  return new TintypeError('E_CONFIG', {
    where,
    what: 'a flow prediction belongs to the straight path, not to a noise schedule',
    got: 'flow prediction',
    expected: 'epsilon, sample or v prediction',
    remedy: 'Train with `createFlowTrainStep` and sample with `sampleFlow`',
  });
}
