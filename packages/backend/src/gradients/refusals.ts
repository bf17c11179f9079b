import { TintypeError } from '../errors/tintype-error.ts';
import type { GradientEntry } from './gradient-entry.ts';

// Operations without a right gradient in tfjs, and what to use instead. Asking for their gradient throws
// E_GRADIENT_UNSUPPORTED rather than giving a wrong number.

interface Refusal {
  kernelName: string;
  operation: string;
  remedy: string;
}

const gridSample = 'Use the differentiable grid-sample';
const foldDepth = 'Fold the depth into batch or channels and use tf.conv2d';

const refusals: readonly Refusal[] = [
  { kernelName: 'Einsum', operation: 'tf.einsum', remedy: 'Use tf.matMul with tf.transpose and tf.reshape' },
  { kernelName: 'GatherNd', operation: 'tf.gatherND', remedy: 'Use tf.oneHot and tf.matMul' },
  {
    kernelName: 'TopK',
    operation: 'tf.topk',
    remedy: 'No gradient is offered; for the largest value use tf.max',
  },
  { kernelName: 'CropAndResize', operation: 'tf.image.cropAndResize', remedy: gridSample },
  { kernelName: 'Transform', operation: 'tf.image.transform', remedy: gridSample },
  { kernelName: 'RotateWithOffset', operation: 'tf.image.rotateWithOffset', remedy: gridSample },
  { kernelName: 'FlipLeftRight', operation: 'tf.image.flipLeftRight', remedy: 'Use tf.reverse(images, 2)' },
  { kernelName: 'Conv3D', operation: 'tf.conv3d', remedy: foldDepth },
  { kernelName: 'Conv3DBackpropInputV2', operation: 'tf.conv3dTranspose', remedy: foldDepth },
  {
    kernelName: 'AvgPool3D',
    operation: 'tf.avgPool3d',
    remedy: 'Fold the depth into the batch and use tf.avgPool',
  },
  {
    kernelName: 'MaxPool3D',
    operation: 'tf.maxPool3d',
    remedy: 'Fold the depth into the batch and use tf.maxPool',
  },
  {
    kernelName: 'Cumprod',
    operation: 'tf.cumprod, or the second derivative of tf.prod',
    remedy: 'Multiply the slices, or use tf.exp of tf.cumsum of tf.log for positive values',
  },
  { kernelName: 'Dilation2D', operation: 'tf.dilation2d', remedy: 'Use tf.maxPool' },
  { kernelName: 'ScatterNd', operation: 'tf.scatterND', remedy: 'Use tf.oneHot and tf.matMul' },
  { kernelName: 'TensorScatterUpdate', operation: 'tf.tensorScatterUpdate', remedy: 'Use tf.where' },
  { kernelName: 'SparseToDense', operation: 'tf.sparseToDense', remedy: 'Use tf.oneHot and tf.matMul' },
  { kernelName: 'Diag', operation: 'tf.diag', remedy: 'Multiply by tf.eye' },
  {
    kernelName: 'LRNGrad',
    operation: 'the second derivative of tf.localResponseNormalization',
    remedy: 'Compose it',
  },
  { kernelName: 'FFT', operation: 'tf.fft', remedy: 'No gradient is offered' },
  { kernelName: 'IFFT', operation: 'tf.ifft', remedy: 'No gradient is offered' },
];

export const refusedGradients: readonly GradientEntry[] = refusals.map(
  ({ kernelName, operation, remedy }) => ({
    kernelName,
    gradFunc: () => {
      throw gradientRefused(operation, remedy);
    },
  }),
);

export function gradientRefused(operation: string, remedy: string): TintypeError {
  return new TintypeError('E_GRADIENT_UNSUPPORTED', {
    where: operation,
    what: 'no right gradient is available for this operation',
    remedy,
  });
}
