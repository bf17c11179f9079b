import {
  booleanAt,
  choiceAt,
  type JsonObject,
  listAt,
  numberAt,
  numbersAt,
  refuseUnsupported,
} from '@tintype/core-tensor';
import type { UNet2dConfig, UNetBlockKind } from '../unet/config.ts';

const timeConditionings = { default: 'add', scale_shift: 'scale-shift' } as const;
const downKinds = { DownBlock2D: 'plain', AttnDownBlock2D: 'attention' } as const;
const upKinds = { UpBlock2D: 'plain', AttnUpBlock2D: 'attention' } as const;

/**
 * Reads the `config.json` of a diffusers UNet2DModel as a configuration for `createUNet2d`; the weights beside it then
 * load by name. What the scheduler's configuration says (prediction type) is the caller's to add.
 * Throws `E_CONFIG` for block types and features that are not supported.
 */
export function readDiffusersUNet2d(config: JsonObject): UNet2dConfig {
  refuseUnsupported(config, {
    _class_name: ['UNet2DModel'],
    act_fn: ['silu', 'swish'],
    attn_norm_num_groups: [null],
    center_input_sample: [false],
    class_embed_type: [null],
    downsample_type: ['conv'],
    mid_block_scale_factor: [1],
    mid_block_type: ['UNetMidBlock2D'],
    time_embedding_dim: [null],
    time_embedding_type: ['positional'],
    upsample_type: ['conv'],
  });
  const kinds = (key: string, known: Readonly<Record<string, UNetBlockKind>>) =>
    listAt(config, key).map(
      (_, i) => choiceAt({ [key]: listAt(config, key)[i] }, key, known, '') as UNetBlockKind,
    );
  const timeConditioning = choiceAt(config, 'resnet_time_scale_shift', timeConditionings, 'default');
  return {
    imageSize: numberAt(config, 'sample_size', 32),
    channels: numberAt(config, 'in_channels', 3),
    outChannels: numberAt(config, 'out_channels', 3),
    blockOutChannels: numbersAt(config, 'block_out_channels'),
    layersPerBlock: numberAt(config, 'layers_per_block', 2),
    downBlocks: kinds('down_block_types', downKinds),
    upBlocks: kinds('up_block_types', upKinds),
    midBlockAttention: booleanAt(config, 'add_attention', true),
    // UNetMidBlock2D takes no group norm unless time enters by addition.
    midBlockAttentionNorm: timeConditioning === 'add',
    attentionHeadDim: config.attention_head_dim === null ? null : numberAt(config, 'attention_head_dim', 8),
    normGroups: numberAt(config, 'norm_num_groups', 32),
    normEpsilon: numberAt(config, 'norm_eps', 1e-5),
    dropout: numberAt(config, 'dropout', 0),
    timeConditioning,
    flipSinToCos: booleanAt(config, 'flip_sin_to_cos', true),
    frequencyShift: numberAt(config, 'freq_shift', 0),
    downsamplePadding: numberAt(config, 'downsample_padding', 1) === 0 ? 0 : 1,
    numClasses: config.num_class_embeds == null ? null : numberAt(config, 'num_class_embeds', 0),
  };
}
