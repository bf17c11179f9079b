import { tf } from '@tintype/backend';
import type { ParameterScope } from '../parameters/create-parameters.ts';
import { normal } from '../parameters/initializers.ts';
import type { RandomStream } from '../random/random-stream.ts';
import { gelu, leakyRelu, silu } from './activations.ts';
import { createAttention } from './attention.ts';
import { createBatchNorm } from './batch-norm.ts';
import { createConvTranspose2d } from './conv-transpose2d.ts';
import { createConv2d } from './conv2d.ts';
import { createEmbedding } from './embedding.ts';
import { createGroupNorm } from './group-norm.ts';
import { createInstanceNorm } from './instance-norm.ts';
import { createLayerNorm } from './layer-norm.ts';
import { createLinear } from './linear.ts';
import { pixelNorm } from './pixel-norm.ts';
import { averagePool, spaceToDepth, upsampleNearest } from './resample.ts';
import { createTimeEmbedding } from './time-embedding.ts';
import { createDownsample, createUpsample } from './up-down-sampling.ts';

type Layer = (x: tf.Tensor) => tf.Tensor;

/** One layer as the gradient and backend tests see it: a function of one tensor and its parameters. */
export interface LayerCase {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly create: (scope: ParameterScope) => Layer;
  /** The function has a kink at 0, of which inputs must keep clear. */
  readonly hasKink?: boolean;
}

const image = [2, 5, 4, 4];
const evenImage = [2, 4, 6, 3];

/** A normalisation whose weight and bias are not 1 and 0, or their gradients would hide mistakes. */
function lively(scope: ParameterScope): ParameterScope {
  return {
    path: scope.path,
    child: (name) => lively(scope.child(name)),
    create: (name, shape, options) =>
      scope.create(
        name,
        shape,
        options.isTrainable === false ? options : { ...options, initializer: normal(0.7, 0.3) },
      ),
  };
}

const asLayer = (f: unknown): Layer => f as Layer;

export const layerCases: readonly LayerCase[] = [
  { name: 'linear', inputShape: [3, 5], create: (s) => createLinear(s, { inFeatures: 5, outFeatures: 4 }) },
  {
    name: 'linear on tokens, without bias',
    inputShape: [2, 3, 5],
    create: (s) => createLinear(s, { inFeatures: 5, outFeatures: 4, bias: false }),
  },
  {
    name: 'conv2d 3x3, stride 2, padding 1',
    inputShape: image,
    create: (s) =>
      asLayer(createConv2d(s, { inChannels: 4, outChannels: 3, kernelSize: 3, stride: 2, padding: 1 })),
  },
  {
    name: 'conv2d 4x4, same',
    inputShape: image,
    create: (s) =>
      asLayer(createConv2d(s, { inChannels: 4, outChannels: 3, kernelSize: 4, padding: 'same' })),
  },
  {
    name: 'convTranspose2d 4x4, stride 2, padding 1',
    inputShape: [2, 3, 2, 4],
    create: (s) =>
      asLayer(
        createConvTranspose2d(s, { inChannels: 4, outChannels: 3, kernelSize: 4, stride: 2, padding: 1 }),
      ),
  },
  {
    name: 'convTranspose2d 3x3, stride 2, output padding 1',
    inputShape: [2, 3, 2, 4],
    create: (s) =>
      asLayer(
        createConvTranspose2d(s, {
          inChannels: 4,
          outChannels: 3,
          kernelSize: 3,
          stride: 2,
          padding: 1,
          outputPadding: 1,
        }),
      ),
  },
  {
    name: 'group norm',
    inputShape: image,
    create: (s) => createGroupNorm(lively(s), { groups: 2, channels: 4 }),
  },
  {
    name: 'group norm with SiLU',
    inputShape: image,
    create: (s) => createGroupNorm(lively(s), { groups: 2, channels: 4, activation: 'silu' }),
  },
  {
    name: 'instance norm, affine',
    inputShape: image,
    create: (s) => createInstanceNorm(lively(s), { channels: 4, affine: true }),
  },
  { name: 'layer norm', inputShape: [2, 3, 6], create: (s) => createLayerNorm(lively(s), { features: 6 }) },
  { name: 'pixel norm', inputShape: image, create: () => pixelNorm },
  { name: 'batch norm in training', inputShape: image, create: (s) => trainedBatchNorm(s, true) },
  { name: 'batch norm in evaluation', inputShape: image, create: (s) => trainedBatchNorm(s, false) },
  {
    name: 'attention, two heads',
    inputShape: [2, 5, 6],
    create: (s) => asLayer(createAttention(s, { channels: 6, heads: 2 })),
  },
  {
    name: 'time embedding',
    inputShape: [2, 4],
    create: (s) => createTimeEmbedding(s, { inFeatures: 4, outFeatures: 6 }),
  },
  {
    name: 'embedding',
    inputShape: [3, 4],
    create: (s) => {
      const lookUp = createEmbedding(s, { count: 5, size: 4 });
      return (x) => tf.tidy(() => tf.mul(x, lookUp(tf.tensor1d([4, 1, 4], 'int32'))));
    },
  },
  { name: 'upsample nearest', inputShape: evenImage, create: () => asLayer(upsampleNearest) },
  { name: 'average pool', inputShape: evenImage, create: () => asLayer(averagePool) },
  { name: 'space to depth', inputShape: evenImage, create: () => asLayer(spaceToDepth) },
  {
    name: 'downsample, padding 0',
    inputShape: evenImage,
    create: (s) => asLayer(createDownsample(s, { channels: 3, padding: 0 })),
  },
  { name: 'upsample', inputShape: evenImage, create: (s) => asLayer(createUpsample(s, { channels: 3 })) },
  { name: 'silu', inputShape: [3, 4], create: () => silu },
  { name: 'gelu', inputShape: [3, 4], create: () => gelu },
  { name: 'leaky relu', inputShape: [3, 4], create: () => leakyRelu, hasKink: true },
];

function trainedBatchNorm(scope: ParameterScope, isTraining: boolean): Layer {
  const normalize = createBatchNorm(lively(scope), { channels: 4 });
  return (x) => normalize(x, { isTraining });
}

/** N(0, 0.7²), kept 0.15 away from 0 where the layer has a kink there. */
export function drawInput(rng: RandomStream, shape: readonly number[], hasKink = false): tf.Tensor {
  const drawn = rng.fork('x').normal([...shape], 0, 0.7);
  return hasKink ? tf.add(drawn, tf.mul(tf.sign(drawn), 0.15)) : drawn;
}
