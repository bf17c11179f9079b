import {
  booleanAt,
  choiceAt,
  type JsonObject,
  listAt,
  numberAt,
  numberOrNullAt,
  numbersAt,
  refuseUnknownKeys,
  refuseUnsupported,
  TintypeError,
} from '@tintype/core-tensor';
import {
  type ResolvedUNet2dConfig,
  resolveUNet2dConfig,
  type UNet2dConfig,
  type UNetBlockKind,
} from '../unet/config.ts';
import { firstOfEach, nameOf } from './supported-names.ts';
import { readUNetKeys, writeUNetKeys } from './unet-keys.ts';

const downKinds = { DownBlock2D: 'plain', AttnDownBlock2D: 'attention' } as const;
const upKinds = { UpBlock2D: 'plain', AttnUpBlock2D: 'attention' } as const;

const paddings = [0, 1] as const;

/** What a UNet2DModel of diffusers knows and `readDiffusersUNet2d` does not read by name below. */
const fixedValues = {
  _class_name: ['UNet2DModel'],
  act_fn: ['silu', 'swish'],
  center_input_sample: [false],
  class_embed_type: [null],
  downsample_type: ['conv'],
  mid_block_scale_factor: [1],
  mid_block_type: ['UNetMidBlock2D'],
  time_embedding_dim: [null],
  time_embedding_type: ['positional'],
  upsample_type: ['conv'],
} as const;

/**
 * Reads the `config.json` of a diffusers UNet2DModel as a configuration for `createUNet2d`; the weights beside it then
 * load by name. What the scheduler's configuration says (prediction type) is the caller's to add. Keys that the file
 * lacks take diffusers' defaults. Throws `E_CONFIG` for block types, features and keys that are not supported.
 */
export function readDiffusersUNet2d(config: JsonObject): UNet2dConfig {
  refuseUnsupported(config, { ...fixedValues, downsample_padding: paddings });
  refuseUnknownKeys(config, Object.keys(writeDiffusersUNet2d(smallest)));
  const kinds = (key: string, known: Readonly<Record<string, UNetBlockKind>>) =>
    listAt(config, key).map(
      (_, i) => choiceAt({ [key]: listAt(config, key)[i] }, key, known, '') as UNetBlockKind,
    );
  const shared = readUNetKeys(config);
  return {
    imageSize: readSide(config),
    channels: numberAt(config, 'in_channels', 3),
    outChannels: numberAt(config, 'out_channels', 3),
    blockOutChannels: numbersAt(config, 'block_out_channels'),
    layersPerBlock: numberAt(config, 'layers_per_block', 2),
    downBlocks: kinds('down_block_types', downKinds),
    upBlocks: kinds('up_block_types', upKinds),
    midBlockAttention: booleanAt(config, 'add_attention', true),
    midBlockAttentionNorm: readMidBlockAttentionNorm(config, shared),
    attentionHeadDim: config.attention_head_dim === null ? null : numberAt(config, 'attention_head_dim', 8),
    ...shared,
  };
}

/**
 * A configuration under the names of diffusers' UNet2DModel, every key of it. The learned row of `hasNullLabel` is one
 * more class, the last; `patchSize` counts as the channels and the size of what the convolutions see (`saveUNet2d`).
 * Prediction and variance type belong to the scheduler. Throws `E_CONFIG` for what UNet2DModel cannot be, and what
 * `createUNet2d` throws.
 */
export function writeDiffusersUNet2d(config: UNet2dConfig): JsonObject {
  const unet = resolveUNet2dConfig(config);
  return {
    ...firstOfEach(fixedValues),
    ...writeUNetKeys(unet),
    add_attention: unet.midBlockAttention,
    attention_head_dim: unet.attentionHeadDim,
    attn_norm_num_groups: writeMidBlockAttentionNorm(unet),
    down_block_types: unet.downBlocks.map((kind) => nameOf(downKinds, kind)),
    // Of learned time embeddings alone.
    num_train_timesteps: null,
    up_block_types: unet.upBlocks.map((kind) => nameOf(upKinds, kind)),
  };
}

const smallest: UNet2dConfig = { imageSize: 1, channels: 1, blockOutChannels: [32] };

/** One side in pixels; a pair of equal ones is one. */
function readSide(config: JsonObject): number {
  const size = config.sample_size;
  const isSquare = Array.isArray(size) && size.length === 2 && size[0] === size[1];
  return isSquare
    ? numberAt({ sample_size: size[0] }, 'sample_size', 0)
    : numberAt(config, 'sample_size', 32);
}

/** Left out, UNetMidBlock2D has a group norm where time enters by addition, and none where by scale and shift. */
function readMidBlockAttentionNorm(
  config: JsonObject,
  { timeConditioning, normGroups }: Pick<ResolvedUNet2dConfig, 'timeConditioning' | 'normGroups'>,
): boolean {
  const groups = numberOrNullAt(config, 'attn_norm_num_groups');
  if (groups === null) return timeConditioning === 'add';
  refuseUnsupported(config, { attn_norm_num_groups: [null, normGroups] });
  return true;
}

function writeMidBlockAttentionNorm(unet: ResolvedUNet2dConfig): number | null {
  const { midBlockAttention, midBlockAttentionNorm, timeConditioning, normGroups } = unet;
  if (!midBlockAttention || midBlockAttentionNorm === (timeConditioning === 'add')) return null;
  if (midBlockAttentionNorm) return normGroups;
  throw new TintypeError('E_CONFIG', {
    where: 'writeDiffusersUNet2d: midBlockAttentionNorm',
    what: 'UNet2DModel of diffusers has this norm wherever time enters by addition',
    got: false,
    expected: true,
  });
}
