import {
  booleanAt,
  choiceAt,
  type JsonObject,
  listAt,
  numberAt,
  numbersAt,
  refuseUnsupported,
  TintypeError,
} from '@tintype/core-tensor';
import type { ImageCoderConfig } from './config.ts';

const downBlock = 'DownEncoderBlock2D';
const upBlock = 'UpDecoderBlock2D';

/**
 * The part of a `config.json` that AutoencoderKL and VQModel share. What the file leaves out takes diffusers' defaults, but
 * channels and block types must be there. Throws `E_CONFIG` for block types and features that are not supported.
 */
export function readImageCoderConfig(
  json: JsonObject,
  defaults: Pick<ImageCoderConfig, 'latentChannels' | 'forceUpcast'>,
): ImageCoderConfig {
  refuseUnsupported(json, { act_fn: ['silu', 'swish'] });
  const blockOutChannels = numbersAt(json, 'block_out_channels');
  assertBlocks(json, 'down_block_types', downBlock, blockOutChannels.length);
  assertBlocks(json, 'up_block_types', upBlock, blockOutChannels.length);
  const channels = numberAt(json, 'in_channels', 3);
  const outChannels = numberAt(json, 'out_channels', 3);
  if (outChannels !== channels) {
    throw new TintypeError('E_CONFIG', {
      where: 'diffusers configuration: out_channels',
      what: 'an autoencoder gives as many channels as it takes',
      got: outChannels,
      expected: channels,
    });
  }
  return {
    imageSize: numberAt(json, 'sample_size', 32),
    channels,
    latentChannels: numberAt(json, 'latent_channels', defaults.latentChannels),
    blockOutChannels,
    layersPerBlock: numberAt(json, 'layers_per_block', 1),
    normGroups: numberAt(json, 'norm_num_groups', 32),
    midBlockAttention: booleanAt(json, 'mid_block_add_attention', true),
    scalingFactor: numberAt(json, 'scaling_factor', 0.18215),
    forceUpcast: booleanAt(json, 'force_upcast', defaults.forceUpcast),
  };
}

/** The same part under diffusers' names; reading it gives the configuration again. */
export function writeImageCoderConfig(config: ImageCoderConfig): JsonObject {
  const { length } = config.blockOutChannels;
  return {
    act_fn: 'silu',
    block_out_channels: config.blockOutChannels,
    down_block_types: Array(length).fill(downBlock),
    force_upcast: config.forceUpcast,
    in_channels: config.channels,
    latent_channels: config.latentChannels,
    layers_per_block: config.layersPerBlock,
    mid_block_add_attention: config.midBlockAttention,
    norm_num_groups: config.normGroups,
    out_channels: config.channels,
    sample_size: config.imageSize,
    scaling_factor: config.scalingFactor,
    up_block_types: Array(length).fill(upBlock),
  };
}

function assertBlocks(json: JsonObject, key: string, supported: string, count: number): void {
  const kinds = listAt(json, key);
  for (const kind of kinds) choiceAt({ [key]: kind }, key, { [supported]: true }, '');
  if (kinds.length === count) return;
  throw new TintypeError('E_CONFIG', {
    where: `diffusers configuration: ${key}`,
    what: 'there must be one block for each of block_out_channels',
    got: kinds.length,
    expected: count,
  });
}
