import { booleanAt, choiceAt, type JsonObject, numberAt, numberOrNullAt } from '@tintype/core-tensor';
import type { ResolvedUNetConfig, UNetConfig } from '../unet-blocks/config.ts';
import { nameOf } from './supported-names.ts';

const timeConditionings = { default: 'add', scale_shift: 'scale-shift' } as const;

/** Private to this library, and passed over by diffusers: the last class is the null label. */
const nullLabelKey = '_tintype_null_label';

/** What `config.json` says under the same names, with the same defaults, of either U-Net. */
export function readUNetKeys(config: JsonObject) {
  const hasNullLabel = booleanAt(config, nullLabelKey, false);
  const classes = numberOrNullAt(config, 'num_class_embeds');
  return {
    normGroups: numberAt(config, 'norm_num_groups', 32),
    normEpsilon: numberAt(config, 'norm_eps', 1e-5),
    dropout: numberAt(config, 'dropout', 0),
    timeConditioning: choiceAt(config, 'resnet_time_scale_shift', timeConditionings, 'default'),
    flipSinToCos: booleanAt(config, 'flip_sin_to_cos', true),
    frequencyShift: numberAt(config, 'freq_shift', 0),
    downsamplePadding: numberAt(config, 'downsample_padding', 1) === 0 ? 0 : 1,
    numClasses: classes === null ? null : classes - (hasNullLabel ? 1 : 0),
    ...(hasNullLabel ? { hasNullLabel } : {}),
  } satisfies Partial<UNetConfig>;
}

/** The inverse, with the sizes of what the convolutions see: the image folded into patches. */
export function writeUNetKeys(unet: ResolvedUNetConfig): JsonObject {
  const square = unet.patchSize ** 2;
  const hasNullLabel = unet.numClasses !== null && unet.hasNullLabel;
  return {
    block_out_channels: unet.blockOutChannels,
    downsample_padding: unet.downsamplePadding,
    dropout: unet.dropout,
    flip_sin_to_cos: unet.flipSinToCos,
    freq_shift: unet.frequencyShift,
    in_channels: unet.channels * square,
    layers_per_block: unet.layersPerBlock,
    norm_eps: unet.normEpsilon,
    norm_num_groups: unet.normGroups,
    num_class_embeds: unet.numClasses === null ? null : unet.numClasses + (hasNullLabel ? 1 : 0),
    out_channels: unet.outChannels * square,
    resnet_time_scale_shift: nameOf(timeConditionings, unet.timeConditioning),
    sample_size: unet.imageSize / unet.patchSize,
    ...(hasNullLabel ? { [nullLabelKey]: true } : {}),
  };
}
