import {
  createConv2d,
  createGroupNorm,
  createResnetBlock,
  createUpsample,
  type ParameterScope,
  tf,
} from '@tintype/core-tensor';
import type { ImageCoderConfig } from './config.ts';
import { createMidBlock, normEpsilon } from './mid-block.ts';

/** Latents [b, h, w, latentChannels] → images [b, h · 2^(levels − 1), w · 2^(levels − 1), channels], not clipped. */
export type ImageDecoder = (latents: tf.Tensor4D) => tf.Tensor4D;

/**
 * diffusers' Decoder and its names: `conv_in`, `mid_block`, `up_blocks.N.resnets.M` with one block more than on the way
 * down, `up_blocks.N.upsamplers.0.conv`, `conv_norm_out`, `conv_out`.
 */
export function createImageDecoder(scope: ParameterScope, config: ImageCoderConfig): ImageDecoder {
  const { channels, latentChannels, blockOutChannels, normGroups: groups } = config;
  const coarsestFirst = [...blockOutChannels].reverse();
  const finest = blockOutChannels[0]!;
  const convolution = { kernelSize: 3, padding: 1 };
  const convIn = createConv2d(scope.child('conv_in'), {
    inChannels: latentChannels,
    outChannels: coarsestFirst[0]!,
    ...convolution,
  });
  const mid = createMidBlock(scope.child('mid_block'), config);
  const up = coarsestFirst.map((width, level) =>
    createUpLevel(scope.child(`up_blocks.${level}`), config, {
      inChannels: coarsestFirst[level - 1] ?? width,
      outChannels: width,
      isLast: level === coarsestFirst.length - 1,
    }),
  );
  const normOut = createGroupNorm(scope.child('conv_norm_out'), {
    groups,
    channels: finest,
    epsilon: normEpsilon,
    activation: 'silu',
  });
  const convOut = createConv2d(scope.child('conv_out'), {
    inChannels: finest,
    outChannels: channels,
    ...convolution,
  });

  return (latents) =>
    tf.tidy(() => {
      let h = mid(convIn(latents));
      for (const level of up) h = level(h);
      return convOut(normOut(h));
    });
}

interface UpLevelOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  /** The finest level keeps its size. */
  readonly isLast: boolean;
}

/** diffusers' UpDecoderBlock2D. */
function createUpLevel(
  scope: ParameterScope,
  { layersPerBlock, normGroups }: ImageCoderConfig,
  { inChannels, outChannels, isLast }: UpLevelOptions,
): (x: tf.Tensor4D) => tf.Tensor4D {
  const resnets = Array.from({ length: layersPerBlock + 1 }, (_, i) =>
    createResnetBlock(scope.child(`resnets.${i}`), {
      inChannels: i === 0 ? inChannels : outChannels,
      outChannels,
      timeChannels: null,
      normGroups,
      normEpsilon,
    }),
  );
  const double = isLast ? undefined : createUpsample(scope.child('upsamplers.0'), { channels: outChannels });
  return (x) => {
    let h = x;
    for (const resnet of resnets) h = resnet(h);
    return double ? double(h) : h; // [b, 2h, 2w, outChannels]
  };
}
