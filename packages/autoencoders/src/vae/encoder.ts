import { createLinear, type ParameterScope, tf } from '@tintype/core-tensor';
import type { VaeConfig } from './config.ts';

/** Mean and logarithm of the variance of q(z|x), each [b, latentDim]. */
export interface LatentGaussian {
  readonly mu: tf.Tensor2D;
  readonly logVar: tf.Tensor2D;
}

/** Images [b, h, w, c] in [-1, 1] → the Gaussian of their codes. */
export type Encoder = (images: tf.Tensor4D) => LatentGaussian;

/** A multi-layer perceptron with ReLU. Parameters: `layers.<i>.0`, `embedding` (mu) and `log_var`, as pythae names them. */
export function createEncoder(scope: ParameterScope, config: VaeConfig): Encoder {
  const { imageSize, channels, hiddenUnits, latentDim } = config;
  const inputSize = imageSize * imageSize * channels;
  const layers = hiddenUnits.map((outFeatures, index) =>
    createLinear(scope.child(`layers.${index}.0`), {
      inFeatures: hiddenUnits[index - 1] ?? inputSize,
      outFeatures,
      ...(index === 0 ? { chwShape: [channels, imageSize, imageSize] as const } : {}),
    }),
  );
  const inFeatures = hiddenUnits.at(-1)!;
  const toMu = createLinear(scope.child('embedding'), { inFeatures, outFeatures: latentDim });
  const toLogVar = createLinear(scope.child('log_var'), { inFeatures, outFeatures: latentDim });

  return (images) => {
    const [mu, logVar] = tf.tidy(() => {
      const pixels = images.add(1).div(2).reshape<tf.Tensor2D>([-1, inputSize]); // in [0, 1]
      const hidden = layers.reduce((x, layer) => layer(x).relu(), pixels); // [b, hiddenUnits]
      return [toMu(hidden), toLogVar(hidden)] as const; // [b, latentDim] each
    });
    return { mu, logVar };
  };
}
