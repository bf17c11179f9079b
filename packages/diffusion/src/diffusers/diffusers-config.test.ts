import { expect, test } from 'vitest';
import { readDiffusersScheduler, readDiffusersUNet2d } from './index.ts';

const unet = {
  _class_name: 'UNet2DModel',
  sample_size: 16,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [32, 64],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
};

test('a scheduler file without keys has diffusers’ defaults, with the fixed stride for DDIM', () => {
  expect(readDiffusersScheduler({})).toEqual({
    schedule: { kind: 'linear', timesteps: 1000, betaStart: 1e-4, betaEnd: 0.02, rescaleBetasZeroSnr: false },
    predictionType: 'epsilon',
    clipDenoised: true,
    clipRange: 1,
    ddim: {
      timestepSpacing: 'leading',
      stepsOffset: 0,
      previousTimestep: 'fixed-stride',
      setAlphaToOne: true,
    },
    ddpm: { timestepSpacing: 'leading', stepsOffset: 0, variance: 'fixed-small' },
  });
});

test('trained betas become the schedule, a learned variance is left to the denoiser', () => {
  const read = readDiffusersScheduler({ trained_betas: [0.1, 0.2], variance_type: 'learned_range' });
  expect(read.schedule).toEqual({ betas: [0.1, 0.2], rescaleBetasZeroSnr: false });
  expect(read.ddpm).toEqual({ timestepSpacing: 'leading', stepsOffset: 0 });
});

test('a U-Net file keeps its blocks, and its middle norm follows the time conditioning', () => {
  expect(readDiffusersUNet2d(unet)).toMatchObject({
    imageSize: 16,
    downBlocks: ['plain', 'attention'],
    upBlocks: ['attention', 'plain'],
    midBlockAttentionNorm: true,
    numClasses: null,
  });
  const shifted = readDiffusersUNet2d({
    ...unet,
    resnet_time_scale_shift: 'scale_shift',
    attention_head_dim: null,
  });
  expect(shifted).toMatchObject({
    midBlockAttentionNorm: false,
    timeConditioning: 'scale-shift',
    attentionHeadDim: null,
  });
});

test('what is not supported is refused by name', () => {
  const refused = (pattern: RegExp) =>
    expect.objectContaining({ code: 'E_CONFIG', message: expect.stringMatching(pattern) });
  expect(() => readDiffusersScheduler({ thresholding: true })).toThrow(
    refused(/thresholding.*got true, expected false/),
  );
  expect(() => readDiffusersScheduler({ beta_schedule: 'quadratic' })).toThrow(
    refused(/beta_schedule.*scaled_linear/),
  );
  expect(() => readDiffusersScheduler({ beta_schedule: 'constructor' })).toThrow(refused(/got constructor/));
  expect(() => readDiffusersScheduler({ num_train_timesteps: '1000' })).toThrow(
    refused(/num_train_timesteps/),
  );
  expect(() => readDiffusersScheduler({ trained_betas: [0.1, 'x'] })).toThrow(refused(/trained_betas/));
  expect(() => readDiffusersUNet2d({ ...unet, act_fn: 'gelu' })).toThrow(refused(/act_fn.*silu \| swish/));
  expect(() => readDiffusersUNet2d({ ...unet, _class_name: 'UNet2DConditionModel' })).toThrow(
    refused(/UNet2DModel/),
  );
  const wrongBlock = { ...unet, down_block_types: ['DownBlock2D', 'SkipDownBlock2D'] };
  expect(() => readDiffusersUNet2d(wrongBlock)).toThrow(refused(/down_block_types.*got SkipDownBlock2D/));
  expect(() => readDiffusersUNet2d({ ...unet, block_out_channels: undefined })).toThrow(
    refused(/block_out_channels/),
  );
});
