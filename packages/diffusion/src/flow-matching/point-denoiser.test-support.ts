import {
  createLinear,
  createParameters,
  createSinusoidalTimeEmbedding,
  dropout,
  type ParameterTree,
  type RandomStream,
  silu,
  tf,
} from '@tintype/core-tensor';
import type { Denoiser } from '../denoiser.ts';

export type PointDenoiser = Denoiser & { readonly parameters: ParameterTree; dispose(): void };

/** A small net for points of the plane, as 1×1 images of two channels, that predicts their velocity. */
export function createPointDenoiser(
  rng: RandomStream,
  { width, dropoutRate = 0 }: { readonly width: number; readonly dropoutRate?: number },
): PointDenoiser {
  const { scope, parameters, dispose } = createParameters(rng);
  const embed = createSinusoidalTimeEmbedding({ size: 16 });
  const widths = [2 + 16, width, width, 2];
  const layers = widths
    .slice(1)
    .map((outFeatures, i) =>
      createLinear(scope.child(`layers.${i}`), { inFeatures: widths[i]!, outFeatures }),
    );
  return {
    predictionType: 'flow',
    varianceType: 'fixed',
    parameters,
    dispose,
    predict: (x, t, { dropoutRng } = {}) =>
      tf.tidy(() => {
        const input = tf.concat([x.reshape([-1, 2]), embed(t)], 1) as tf.Tensor;
        const output = layers.reduce((h, layer, i) => {
          if (i === 0) return layer(h);
          const active = silu(h);
          return layer(dropoutRng ? dropout(active, dropoutRate, dropoutRng.fork(i)) : active);
        }, input);
        return { prediction: output.reshape([-1, 1, 1, 2]) as tf.Tensor4D };
      }),
  };
}
