import {
  type AttentionBlock,
  createAttentionBlock,
  createCheckpointed,
  createDownsample,
  createResnetBlock,
  type ParameterScope,
  type RandomStream,
  type ResnetBlock,
  type ResnetBlockOptions,
  type tf,
} from '@tintype/core-tensor';
import type { ResolvedUNet2dConfig, UNetBlockKind } from './config.ts';

export interface LevelOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kind: UNetBlockKind;
  /** The coarsest (down) or finest (up) level keeps its size. */
  readonly isLast: boolean;
}

/** One level on the way down: gives its last feature map and every map a skip connection takes. */
export type DownBlock = (
  x: tf.Tensor4D,
  activatedTime: tf.Tensor2D,
  dropoutRng?: RandomStream,
) => readonly tf.Tensor4D[];

export interface LevelLayer {
  readonly resnet: ResnetBlock;
  readonly attention?: AttentionBlock;
}

/** diffusers' DownBlock2D and AttnDownBlock2D: `resnets.N`, `attentions.N`, `downsamplers.0.conv`. */
export function createDownBlock(
  scope: ParameterScope,
  config: ResolvedUNet2dConfig,
  options: LevelOptions,
): DownBlock {
  const { outChannels: channels, isLast } = options;
  const layers = Array.from({ length: config.layersPerBlock }, (_, i) =>
    createCheckpointed(scope, config.checkpointActivations, (at) => {
      const inChannels = i === 0 ? options.inChannels : channels;
      const layer = createLevelLayer(at, config, i, inChannels, channels, options.kind);
      return (x: tf.Tensor4D, time: tf.Tensor2D, rng?: RandomStream) => applyLayer(layer, x, time, rng);
    }),
  );
  const { downsamplePadding: padding } = config;
  const halve = isLast ? undefined : createDownsample(scope.child('downsamplers.0'), { channels, padding });
  return (x, activatedTime, dropoutRng) => {
    const maps: tf.Tensor4D[] = [];
    let h = x;
    for (const layer of layers) {
      h = layer(h, activatedTime, dropoutRng);
      maps.push(h);
    }
    if (halve) maps.push(halve(h)); // [b, h/2, w/2, channels]
    return maps;
  };
}

/** A residual block, and attention after it where the level has it. */
export function createLevelLayer(
  scope: ParameterScope,
  config: ResolvedUNet2dConfig,
  index: number,
  inChannels: number,
  outChannels: number,
  kind: UNetBlockKind,
): LevelLayer {
  const resnet = createResnetBlock(
    scope.child(`resnets.${index}`),
    resnetOptions(config, inChannels, outChannels),
  );
  if (kind === 'plain') return { resnet };
  return { resnet, attention: createLevelAttention(scope.child(`attentions.${index}`), config, outChannels) };
}

export function createLevelAttention(
  scope: ParameterScope,
  config: ResolvedUNet2dConfig,
  channels: number,
  normGroups = config.normGroups,
): AttentionBlock {
  const { attentionHeadDim, normEpsilon } = config;
  return createAttentionBlock(scope, {
    channels,
    headDim: attentionHeadDim ?? channels,
    normGroups,
    normEpsilon,
  });
}

export function applyLayer(
  layer: LevelLayer,
  x: tf.Tensor4D,
  activatedTime: tf.Tensor2D,
  dropoutRng: RandomStream | undefined,
): tf.Tensor4D {
  const h = layer.resnet(x, activatedTime, dropoutRng);
  return layer.attention ? layer.attention(h) : h;
}

export function resnetOptions(
  config: ResolvedUNet2dConfig,
  inChannels: number,
  outChannels: number,
): ResnetBlockOptions {
  const { normGroups, normEpsilon, timeConditioning, dropout, blockOutChannels } = config;
  const timeChannels = 4 * blockOutChannels[0]!;
  return { inChannels, outChannels, timeChannels, normGroups, normEpsilon, timeConditioning, dropout };
}
