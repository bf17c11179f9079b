import type { RandomStream, tf } from '@tintype/core-tensor';

/**
 * What a network says about x_t = √ᾱ x_0 + √(1 − ᾱ) ε: the noise ε, the image x_0, or v = √ᾱ ε − √(1 − ᾱ) x_0.
 * `flow` is the velocity ε − x_0 of the straight path x_σ = (1 − σ) x_0 + σ ε, where t = σ T.
 */
export type PredictionType = 'epsilon' | 'sample' | 'v' | 'flow';
export type VarianceType = 'fixed' | 'learned' | 'learned-range';

/** `labels` int32 [batch] with −1 = null label, `attributes` [batch, k], `encoderHiddenStates` [batch, tokens, c]. */
export type Condition = Readonly<Record<string, tf.Tensor>>;

/** What every sampler states about the step it is taking, in float64. */
export interface SamplerStep {
  /** Training timestep now, and the one the step leads to (negative after the last). */
  readonly t: number;
  readonly previousT: number;
  readonly alphaCumprod: number;
  readonly alphaCumprodPrevious: number;
  /** Factors of the posterior mean: xStart · coefficients[0] + xt · coefficients[1]. */
  readonly posteriorMeanCoefficients: readonly [number, number];
  readonly variance: number;
  /** Whether the sampler will clip the predicted xStart to [-1, 1]. */
  readonly clip: boolean;
}

export interface DenoiserOptions {
  readonly condition?: Condition;
  readonly step?: SamplerStep;
  /** Training: dropout masks come from this stream. Without it there is no dropout. */
  readonly dropoutRng?: RandomStream;
}

export interface DenoiserPrediction {
  readonly prediction: tf.Tensor4D;
  /** Raw variance output where the denoiser learns it. */
  readonly variance?: tf.Tensor4D;
  /** The prediction is clipped already: the sampler must not clip again. */
  readonly isClipped?: boolean;
}

/** The seam between networks, samplers and guidance: samplers take one, guidance takes one and returns one. */
export interface Denoiser {
  readonly predictionType: PredictionType;
  readonly varianceType: VarianceType;
  /** Label −1 was trained, so that it asks for the unconditional prediction; guidance needs it. @default false */
  readonly hasNullLabel?: boolean;
  /**
   * @param xt [batch, h, w, c], already scaled by the sampler.
   * @param t float32 [batch] in training-timestep units; may be fractional.
   */
  predict(xt: tf.Tensor4D, t: tf.Tensor1D, options?: DenoiserOptions): DenoiserPrediction;
}
