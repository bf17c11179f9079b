import {
  createConv2d,
  createDownsample,
  createGroupNorm,
  createResnetBlock,
  type ParameterScope,
  tf,
} from '@tintype/core-tensor';
import type { ImageCoderConfig } from './config.ts';
import { createMidBlock, normEpsilon } from './mid-block.ts';

export interface ImageEncoderOptions {
  /** Channels of the result: latentChannels, twice as many for mean and variance. */
  readonly outChannels: number;
  /** Zeros before a map is halved: 0 is one row below and one column right, 1 one on every side. @default 0 */
  readonly downsamplePadding?: 0 | 1;
}

/** Images [b, h, w, channels] in [-1, 1] → [b, h / 2^(levels − 1), w / 2^(levels − 1), outChannels]. */
export type ImageEncoder = (images: tf.Tensor4D) => tf.Tensor4D;

/**
 * diffusers' Encoder (of taming transformers, Esser et al. 2020, arXiv 2012.09841) and its names: `conv_in`,
 * `down_blocks.N.resnets.M`, `down_blocks.N.downsamplers.0.conv`, `mid_block`, `conv_norm_out`, `conv_out`.
 */
export function createImageEncoder(
  scope: ParameterScope,
  config: ImageCoderConfig,
  { outChannels, downsamplePadding: padding = 0 }: ImageEncoderOptions,
): ImageEncoder {
  const { channels, blockOutChannels, normGroups: groups } = config;
  const convolution = { kernelSize: 3, padding: 1 };
  const finest = blockOutChannels[0]!;
  const coarsest = blockOutChannels.at(-1)!;
  const convIn = createConv2d(scope.child('conv_in'), {
    inChannels: channels,
    outChannels: finest,
    ...convolution,
  });
  const down = blockOutChannels.map((width, level) =>
    createDownLevel(scope.child(`down_blocks.${level}`), config, {
      inChannels: blockOutChannels[level - 1] ?? width,
      outChannels: width,
      padding: level === blockOutChannels.length - 1 ? null : padding,
    }),
  );
  const mid = createMidBlock(scope.child('mid_block'), config);
  const normOut = createGroupNorm(scope.child('conv_norm_out'), {
    groups,
    channels: coarsest,
    epsilon: normEpsilon,
    activation: 'silu',
  });
  const convOut = createConv2d(scope.child('conv_out'), {
    inChannels: coarsest,
    outChannels,
    ...convolution,
  });

  return (images) =>
    tf.tidy(() => {
      let h = convIn(images);
      for (const level of down) h = level(h);
      return convOut(normOut(mid(h)));
    });
}

interface DownLevelOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  /** Null keeps the size: the coarsest level. */
  readonly padding: 0 | 1 | null;
}

/** diffusers' DownEncoderBlock2D. */
function createDownLevel(
  scope: ParameterScope,
  { layersPerBlock, normGroups }: ImageCoderConfig,
  { inChannels, outChannels, padding }: DownLevelOptions,
): (x: tf.Tensor4D) => tf.Tensor4D {
  const resnets = Array.from({ length: layersPerBlock }, (_, i) =>
    createResnetBlock(scope.child(`resnets.${i}`), {
      inChannels: i === 0 ? inChannels : outChannels,
      outChannels,
      timeChannels: null,
      normGroups,
      normEpsilon,
    }),
  );
  const halve =
    padding === null
      ? undefined
      : createDownsample(scope.child('downsamplers.0'), { channels: outChannels, padding });
  return (x) => {
    let h = x;
    for (const resnet of resnets) h = resnet(h);
    return halve ? halve(h) : h; // [b, h/2, w/2, outChannels]
  };
}
