import {
  booleanAt,
  choiceAt,
  type JsonObject,
  listAt,
  numberAt,
  numbersAt,
  refuseUnknownKeys,
  refuseUnsupported,
} from '@tintype/core-tensor';
import {
  resolveUNet2dConditionConfig,
  type UNet2dConditionConfig,
  type UNetConditionBlockKind,
} from '../unet-condition/config.ts';
import { firstOfEach, nameOf } from './supported-names.ts';
import { readUNetKeys, writeUNetKeys } from './unet-keys.ts';

const downKinds = { DownBlock2D: 'plain', CrossAttnDownBlock2D: 'cross-attention' } as const;
const upKinds = { UpBlock2D: 'plain', CrossAttnUpBlock2D: 'cross-attention' } as const;
const defaultChannels = [320, 640, 1280, 1280];
const defaultDown = ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'DownBlock2D'];
const defaultUp = ['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'];

/**
 * Reads the `config.json` of a diffusers UNet2DConditionModel as a configuration for `createUNet2dCondition`; the weights
 * beside it then load by name. `attention_head_dim` there is the number of heads, unless `num_attention_heads` says it.
 * What the scheduler's configuration says (prediction type) is the caller's to add.
 * Throws `E_CONFIG` for block types and features that are not supported.
 */
export function readDiffusersUNet2dCondition(config: JsonObject): UNet2dConditionConfig {
  refuseUnsupported(config, supported);
  refuseUnknownKeys(config, Object.keys(writeDiffusersUNet2dCondition(smallest)));
  if (config.norm_num_groups === null) refuseUnsupported(config, { norm_num_groups: ['a number'] });
  const given = { block_out_channels: defaultChannels, ...config };
  const kinds = (key: string, known: Readonly<Record<string, UNetConditionBlockKind>>, usual: string[]) => {
    const list = listAt({ [key]: usual, ...config }, key);
    return list.map((kind, i) => choiceAt({ [`${key}[${i}]`]: kind }, `${key}[${i}]`, known, ''));
  };
  const headsKey = config.num_attention_heads == null ? 'attention_head_dim' : 'num_attention_heads';
  return {
    imageSize: numberAt(config, 'sample_size', 64),
    channels: numberAt(config, 'in_channels', 4),
    outChannels: numberAt(config, 'out_channels', 4),
    blockOutChannels: numbersAt(given, 'block_out_channels'),
    layersPerBlock: sameNumberAt(config, 'layers_per_block', 2),
    downBlocks: kinds('down_block_types', downKinds, defaultDown),
    upBlocks: kinds('up_block_types', upKinds, defaultUp),
    crossAttentionDim: numberOrNumbersAt(config, 'cross_attention_dim', 1280),
    attentionHeads: numberOrNumbersAt(config, headsKey, 8),
    transformerLayers: numberOrNumbersAt(config, 'transformer_layers_per_block', 1),
    useLinearProjection: booleanAt(config, 'use_linear_projection', false),
    ...readUNetKeys(config),
  };
}

/**
 * A configuration under the names of diffusers' UNet2DConditionModel, every key of it; the null label and patches as in
 * `writeDiffusersUNet2d`. Prediction and variance type belong to the scheduler.
 * @throws TintypeError what `createUNet2dCondition` throws
 */
export function writeDiffusersUNet2dCondition(config: UNet2dConditionConfig): JsonObject {
  const unet = resolveUNet2dConditionConfig(config);
  return {
    ...firstOfEach(supported),
    ...withoutEffect,
    ...writeUNetKeys(unet),
    attention_head_dim: oneIfAllAreSame(unet.attentionHeads),
    cross_attention_dim: oneIfAllAreSame(unet.crossAttentionDim),
    down_block_types: unet.downBlocks.map((kind) => nameOf(downKinds, kind)),
    num_attention_heads: null,
    transformer_layers_per_block: oneIfAllAreSame(unet.transformerLayers),
    up_block_types: unet.upBlocks.map((kind) => nameOf(upKinds, kind)),
    use_linear_projection: unet.useLinearProjection,
  };
}

const smallest: UNet2dConditionConfig = {
  imageSize: 1,
  channels: 1,
  blockOutChannels: [32],
  crossAttentionDim: 1,
};

/** What is fixed, and what it may say. */
const supported: Readonly<Record<string, readonly unknown[]>> = {
  _class_name: ['UNet2DConditionModel'],
  act_fn: ['silu', 'swish'],
  addition_embed_type: [null],
  attention_type: ['default'],
  center_input_sample: [false],
  class_embed_type: [null],
  class_embeddings_concat: [false],
  conv_in_kernel: [3],
  conv_out_kernel: [3],
  cross_attention_norm: [null],
  downsample_padding: [0, 1],
  dual_cross_attention: [false],
  encoder_hid_dim: [null],
  encoder_hid_dim_type: [null],
  mid_block_only_cross_attention: [null, false],
  mid_block_scale_factor: [1],
  mid_block_type: ['UNetMidBlock2DCrossAttn'],
  only_cross_attention: [false],
  resnet_out_scale_factor: [1],
  resnet_skip_time_act: [false],
  reverse_transformer_layers_per_block: [null],
  time_cond_proj_dim: [null],
  time_embedding_act_fn: [null],
  time_embedding_dim: [null],
  time_embedding_type: ['positional'],
  timestep_post_act: [null],
};

/** Everything here is float32; the other keys belong to features that are refused. */
const withoutEffect = {
  addition_embed_type_num_heads: 64,
  addition_time_embed_dim: null,
  projection_class_embeddings_input_dim: null,
  upcast_attention: false,
};

function numberOrNumbersAt(config: JsonObject, key: string, fallback: number): number | readonly number[] {
  return Array.isArray(config[key]) ? numbersAt(config, key) : numberAt(config, key, fallback);
}

/** A number, or a list of one number for each level that is the same for all. */
function sameNumberAt(config: JsonObject, key: string, fallback: number): number {
  const value = numberOrNumbersAt(config, key, fallback);
  if (typeof value === 'number') return value;
  refuseUnsupported({ [key]: new Set(value).size }, { [key]: [1] });
  return value[0]!;
}

function oneIfAllAreSame(values: readonly number[]): number | readonly number[] {
  return new Set(values).size === 1 ? values[0]! : values;
}
