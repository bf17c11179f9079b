import {
  type BatchNorm,
  createBatchNorm,
  createConvTranspose2d,
  createLinear,
  normal,
  type ParameterScope,
  tf,
  zeros,
} from '@tintype/core-tensor';
import type { GanConfig } from './config.ts';

/** Latents [b, latentDim] → images [b, h, w, c] in [-1, 1]. Training uses the statistics of the batch. */
export type Generator = (latents: tf.Tensor2D, mode: { readonly isTraining: boolean }) => tf.Tensor4D;

/** Deviation of the initial weights (Radford et al. 2015, section 3). */
export const initialDeviation = 0.02;

/** Two doublings from a quarter of the image size, with batch normalisation and ReLU; tanh at the end. */
export function createGenerator(scope: ParameterScope, config: GanConfig): Generator {
  const { imageSize, channels, latentDim, generatorChannels: width } = config;
  const initializer = normal(initialDeviation);
  const start = imageSize / 4;
  const project = createLinear(scope.child('project'), {
    inFeatures: latentDim,
    outFeatures: start * start * 2 * width,
    bias: false,
    initializer,
  });
  const norm1 = createNorm(scope.child('norm1'), 2 * width, config);
  const up = { kernelSize: 4, stride: 2, padding: 1, initializer } as const;
  const up1 = createConvTranspose2d(scope.child('up1'), {
    ...up,
    inChannels: 2 * width,
    outChannels: width,
    bias: false,
  });
  const norm2 = createNorm(scope.child('norm2'), width, config);
  const up2 = createConvTranspose2d(scope.child('up2'), {
    ...up,
    inChannels: width,
    outChannels: channels,
    biasInitializer: zeros(),
  });

  return (latents, mode) =>
    tf.tidy(() => {
      const seed = project(latents).reshape<tf.Tensor4D>([-1, start, start, 2 * width]); // [b, h/4, w/4, 2·width]
      const small = up1(norm1(seed, mode).relu()); // [b, h/2, w/2, width]
      return up2(norm2(small, mode).relu()).tanh<tf.Tensor4D>(); // [b, h, w, c]
    });
}

/** Batch normalisation with the epsilon and momentum of the configuration. */
export function createNorm(scope: ParameterScope, channels: number, config: GanConfig): BatchNorm {
  const { batchNormEpsilon: epsilon, batchNormMomentum: momentum } = config;
  return createBatchNorm(scope, { channels, epsilon, momentum });
}
