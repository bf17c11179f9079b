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

const timeConditionings = { default: 'add', scale_shift: 'scale-shift' } as const;
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

/** Private to this library, and passed over by diffusers: the last class is the null label. */
const nullLabelKey = '_tintype_null_label';

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
  const timeConditioning = choiceAt(config, 'resnet_time_scale_shift', timeConditionings, 'default');
  const hasNullLabel = booleanAt(config, nullLabelKey, false);
  const normGroups = numberAt(config, 'norm_num_groups', 32);
  const classes = numberOrNullAt(config, 'num_class_embeds');
  return {
    imageSize: readSide(config),
    channels: numberAt(config, 'in_channels', 3),
    outChannels: numberAt(config, 'out_channels', 3),
    blockOutChannels: numbersAt(config, 'block_out_channels'),
    layersPerBlock: numberAt(config, 'layers_per_block', 2),
    downBlocks: kinds('down_block_types', downKinds),
    upBlocks: kinds('up_block_types', upKinds),
    midBlockAttention: booleanAt(config, 'add_attention', true),
    midBlockAttentionNorm: readMidBlockAttentionNorm(config, timeConditioning === 'add', normGroups),
    attentionHeadDim: config.attention_head_dim === null ? null : numberAt(config, 'attention_head_dim', 8),
    normGroups,
    normEpsilon: numberAt(config, 'norm_eps', 1e-5),
    dropout: numberAt(config, 'dropout', 0),
    timeConditioning,
    flipSinToCos: booleanAt(config, 'flip_sin_to_cos', true),
    frequencyShift: numberAt(config, 'freq_shift', 0),
    downsamplePadding: numberAt(config, 'downsample_padding', 1) === 0 ? 0 : 1,
    numClasses: classes === null ? null : classes - (hasNullLabel ? 1 : 0),
    ...(hasNullLabel ? { hasNullLabel } : {}),
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
  const square = unet.patchSize ** 2;
  const hasNullLabel = unet.numClasses !== null && unet.hasNullLabel;
  return {
    ...Object.fromEntries(Object.entries(fixedValues).map(([key, [value]]) => [key, value])),
    add_attention: unet.midBlockAttention,
    attention_head_dim: unet.attentionHeadDim,
    attn_norm_num_groups: writeMidBlockAttentionNorm(unet),
    block_out_channels: unet.blockOutChannels,
    down_block_types: unet.downBlocks.map((kind) => nameOf(downKinds, kind)),
    downsample_padding: unet.downsamplePadding,
    dropout: unet.dropout,
    flip_sin_to_cos: unet.flipSinToCos,
    freq_shift: unet.frequencyShift,
    in_channels: unet.channels * square,
    layers_per_block: unet.layersPerBlock,
    norm_eps: unet.normEpsilon,
    norm_num_groups: unet.normGroups,
    num_class_embeds: unet.numClasses === null ? null : unet.numClasses + (hasNullLabel ? 1 : 0),
    // Of learned time embeddings alone.
    num_train_timesteps: null,
    out_channels: unet.outChannels * square,
    resnet_time_scale_shift: nameOf(timeConditionings, unet.timeConditioning),
    sample_size: unet.imageSize / unet.patchSize,
    up_block_types: unet.upBlocks.map((kind) => nameOf(upKinds, kind)),
    ...(hasNullLabel ? { [nullLabelKey]: true } : {}),
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
function readMidBlockAttentionNorm(config: JsonObject, isLeftOut: boolean, normGroups: number): boolean {
  const groups = numberOrNullAt(config, 'attn_norm_num_groups');
  if (groups === null) return isLeftOut;
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

function nameOf(names: Readonly<Record<string, string>>, value: string): string {
  return Object.keys(names).find((name) => names[name] === value)!;
}
