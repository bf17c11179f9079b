// A perceptron that says what is noise in a point of the plane: the smallest denoiser there is, for data that can be looked at.
//   ε_θ(x_t, t) = W_n silu(… silu(W_1 [x_t, sin/cos(t)]) …)
import {
  assertConfig,
  assertShape,
  createLinear,
  createParameters,
  createSinusoidalTimeEmbedding,
  type Model,
  type RandomStream,
  silu,
  TintypeError,
  tf,
  v,
} from '@tintype/core-tensor';
import type { Denoiser } from '@tintype/diffusion';

export interface PointDenoiserConfig {
  /** Width of every hidden layer, at least 1. @default 128 */
  readonly hiddenUnits: number;
  /** Hidden layers, at least 1. @default 4 */
  readonly hiddenLayers: number;
  /** Sines and cosines that stand for a timestep, at least 2. @default 32 */
  readonly timeSize: number;
  /** What the network says: the noise, the point or v. @default 'epsilon' */
  readonly predictionType: 'epsilon' | 'sample' | 'v';
}

/** Points are images [b, 1, 1, 2] in [-1, 1]. */
export interface PointDenoiser extends Model<PointDenoiserConfig>, Denoiser {}

const wholeFrom = (minimum: number) => v.pipe(v.number(), v.integer(), v.minValue(minimum));

const schema = v.strictObject({
  hiddenUnits: wholeFrom(1),
  hiddenLayers: wholeFrom(1),
  timeSize: wholeFrom(2),
  predictionType: v.picklist(['epsilon', 'sample', 'v']),
});

/** Parameters `layers.<i>`. Throws `E_CONFIG` or `E_UNKNOWN_OPTION`. */
export function createPointDenoiser(config: PointDenoiserConfig, rng: RandomStream): PointDenoiser {
  const valid = assertConfig(schema, config, 'PointDenoiserConfig');
  const { hiddenUnits, hiddenLayers, timeSize, predictionType } = valid;
  const { scope, parameters, dispose } = createParameters(rng);
  const embed = createSinusoidalTimeEmbedding({ size: timeSize });
  const widths = [2 + timeSize, ...Array.from({ length: hiddenLayers }, () => hiddenUnits), 2];
  const layers = widths
    .slice(1)
    .map((outFeatures, i) =>
      createLinear(scope.child(`layers.${i}`), { inFeatures: widths[i]!, outFeatures }),
    );
  let isDisposed = false;

  return {
    config: valid,
    parameters,
    predictionType,
    varianceType: 'fixed',
    predict(xt, t) {
      if (isDisposed)
        throw new TintypeError('E_DISPOSED', { where: 'PointDenoiser', what: 'the model was disposed' });
      assertShape(xt, [null, 1, 1, 2], 'xt');
      const prediction = tf.tidy(() => {
        const input = tf.concat([xt.reshape([-1, 2]), embed(t)], 1); // [b, 2 + timeSize]
        const output = layers.reduce((h, layer, i) => layer(i === 0 ? h : silu(h)), input);
        return output.reshape<tf.Tensor4D>([-1, 1, 1, 2]);
      });
      return { prediction };
    },
    dispose() {
      isDisposed = true;
      dispose();
    },
  };
}
