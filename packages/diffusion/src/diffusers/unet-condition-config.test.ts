import { expect, test } from 'vitest';
import { resolveUNet2dConditionConfig } from '../unet-condition/config.ts';
import { readDiffusersUNet2dCondition } from './unet-condition-config.ts';

const unet = {
  _class_name: 'UNet2DConditionModel',
  block_out_channels: [32, 64],
  down_block_types: ['CrossAttnDownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D'],
  cross_attention_dim: 16,
  attention_head_dim: [4, 8],
};

test('attention_head_dim is the number of heads, unless num_attention_heads says it', () => {
  expect(readDiffusersUNet2dCondition(unet).attentionHeads).toEqual([4, 8]);
  expect(
    readDiffusersUNet2dCondition({ ...unet, attention_head_dim: 8, num_attention_heads: 2 }).attentionHeads,
  ).toBe(2);
  expect(readDiffusersUNet2dCondition({ ...unet, num_attention_heads: null }).attentionHeads).toEqual([4, 8]);
});

test('a file without keys is diffusers’ default, the shape of Stable Diffusion 1', () => {
  const config = readDiffusersUNet2dCondition({});
  expect(config).toMatchObject({
    imageSize: 64,
    channels: 4,
    outChannels: 4,
    blockOutChannels: [320, 640, 1280, 1280],
    downBlocks: ['cross-attention', 'cross-attention', 'cross-attention', 'plain'],
    upBlocks: ['plain', 'cross-attention', 'cross-attention', 'cross-attention'],
    crossAttentionDim: 1280,
    attentionHeads: 8,
    layersPerBlock: 2,
  });
  expect(() => resolveUNet2dConditionConfig(config)).not.toThrow();
});

test('lists by level are read, and lists of one number where only a number will do', () => {
  const read = readDiffusersUNet2dCondition({
    ...unet,
    layers_per_block: [3, 3],
    transformer_layers_per_block: [1, 2],
    cross_attention_dim: [16, 16],
    use_linear_projection: true,
    upcast_attention: true,
  });
  expect(read).toMatchObject({
    layersPerBlock: 3,
    transformerLayers: [1, 2],
    crossAttentionDim: [16, 16],
    useLinearProjection: true,
  });
});

test('what is not supported is refused by name', () => {
  const refused: [object, RegExp][] = [
    [{ _class_name: 'UNet2DModel' }, /_class_name.*UNet2DConditionModel/],
    [
      { down_block_types: ['DownBlock2D', 'SimpleCrossAttnDownBlock2D'] },
      /down_block_types\[1\].*got Simple/,
    ],
    [{ mid_block_type: null }, /mid_block_type/],
    [{ addition_embed_type: 'text_time' }, /addition_embed_type.*text_time/],
    [{ class_embed_type: 'projection' }, /class_embed_type.*projection/],
    [{ only_cross_attention: true }, /only_cross_attention/],
    [{ dual_cross_attention: true }, /dual_cross_attention/],
    [{ encoder_hid_dim: 64 }, /encoder_hid_dim/],
    [{ layers_per_block: [1, 2] }, /layers_per_block/],
    [{ norm_num_groups: null }, /norm_num_groups/],
    [{ conv_in_kernel: 5 }, /conv_in_kernel/],
    [{ brand_new_gate: true }, /brand_new_gate.*not known/],
  ];
  for (const [change, message] of refused) {
    expect(() => readDiffusersUNet2dCondition({ ...unet, ...change }), String(message)).toThrow(
      expect.objectContaining({ code: 'E_CONFIG', message: expect.stringMatching(message) }),
    );
  }
});
