import { expect, test } from 'vitest';
import { readDiffusersFlowScheduler, readDiffusersScheduler, readDiffusersUNet2d } from './index.ts';

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
  expect(readDiffusersScheduler({})).toMatchObject({
    sampler: 'ddpm',
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

test('each class has its own defaults and names its sampler', () => {
  const read = (name: string, more = {}) => readDiffusersScheduler({ _class_name: name, ...more });
  expect(read('EulerDiscreteScheduler')).toMatchObject({
    sampler: 'euler',
    clipDenoised: false,
    euler: { timestepSpacing: 'linspace', stepsOffset: 0, setAlphaToOne: true },
    ddim: { previousTimestep: 'list' },
  });
  expect(read('EulerAncestralDiscreteScheduler').euler.eta).toBe(1);
  expect(read('HeunDiscreteScheduler')).toMatchObject({
    sampler: 'heun',
    schedule: { kind: 'linear', betaStart: 0.00085, betaEnd: 0.012 },
    heun: { trapezoid: 'sigma' },
  });
  const solver = { timestepSpacing: 'linspace', visitsZero: false, roundTimesteps: true, solverOrder: 2 };
  expect(read('DPMSolverMultistepScheduler')).toMatchObject({ sampler: 'dpm-solver', dpmSolver: solver });
  expect(read('UniPCMultistepScheduler')).toMatchObject({ sampler: 'uni-pc', uniPc: solver });
  const karras = read('DPMSolverMultistepScheduler', {
    use_karras_sigmas: true,
    algorithm_type: 'sde-dpmsolver++',
    final_sigmas_type: 'sigma_min',
  });
  expect(karras.dpmSolver).toMatchObject({
    sigmaSpacing: 'karras',
    equation: 'sde',
    setAlphaToOne: false,
  });
  expect(karras.dpmSolver.visitsZero).toBeUndefined();
});

test('a flow scheduler has its own reader, and the other one says so', () => {
  const config = { _class_name: 'FlowMatchEulerDiscreteScheduler', shift: 2.5, num_train_timesteps: 200 };
  expect(readDiffusersFlowScheduler(config)).toEqual({
    predictionType: 'flow',
    flow: { shift: 2.5, timesteps: 200, sigmaSpacing: 'sigma-min' },
  });
  const refused = (message: RegExp) =>
    expect.objectContaining({ code: 'E_CONFIG', message: expect.stringMatching(message) });
  expect(() => readDiffusersScheduler(config)).toThrow(refused(/readDiffusersFlowScheduler/));
  expect(() => readDiffusersFlowScheduler({ ...config, use_dynamic_shifting: true })).toThrow(
    refused(/use_dynamic_shifting/),
  );
  expect(() => readDiffusersFlowScheduler({ _class_name: 'DDIMScheduler' })).toThrow(refused(/_class_name/));
});

test('solver features that are missing here are refused by their key', () => {
  const cases: [string, unknown][] = [
    ['_class_name', 'PNDMScheduler'],
    ['use_beta_sigmas', true],
    ['use_lu_lambdas', true],
    ['solver_order', 3],
    ['solver_type', 'heun'],
    ['algorithm_type', 'dpmsolver'],
    ['interpolation_type', 'log_linear'],
    ['final_sigmas_type', 'two'],
    ['disable_corrector', [0, 1]],
    ['lambda_min_clipped', -5.1],
    ['prediction_type', 'flow_prediction'],
  ];
  for (const [key, value] of cases) {
    const refused = expect.objectContaining({ code: 'E_CONFIG', message: expect.stringContaining(key) });
    expect(() => readDiffusersScheduler({ [key]: value }), key).toThrow(refused);
  }
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
