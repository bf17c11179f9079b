import { createMemoryStorage, createRandomStream, selectBackend, tf } from '@tintype/core-tensor';
import { createFileStorage } from '@tintype/core-tensor/node';
import { beforeAll, expect, test } from 'vitest';
import type { UNet2dConditionConfig } from '../unet-condition/config.ts';
import type { UNet2dCondition } from '../unet-condition/unet-2d-condition.ts';
import { createDrawnConditionUNet } from './drawn-unet.test-support.ts';
import { loadDiffusersPipeline } from './load-pipeline.ts';
import { saveDiffusersPipeline } from './save-pipeline.ts';
import { loadUNet2dCondition, saveUNet2dCondition } from './unet-condition-folder.ts';

const recorded = createFileStorage(new URL('../../../../fixtures/reference', import.meta.url).pathname);
const folder = 'models/unet2d_condition_basic';
const weightsFile = 'diffusion_pytorch_model.safetensors';
const rng = createRandomStream(0);

beforeAll(async () => {
  await selectBackend({ backend: 'wasm' });
});

const tokensOf = (channels: number) => createRandomStream(6).normal<tf.Rank.R3>([2, 3, channels]);

const predict = (model: UNet2dCondition, tokens: tf.Tensor3D, labels?: number[]) => {
  const { imageSize, channels } = model.config;
  return tf.tidy(() => {
    const xt = createRandomStream(5).normal<tf.Rank.R4>([2, imageSize, imageSize, channels]);
    const condition = {
      encoderHiddenStates: tokens,
      ...(labels && { labels: tf.tensor1d(labels, 'int32') }),
    };
    return [...model.predict(xt, tf.tensor1d([3, 40]), { condition }).prediction.dataSync()];
  });
};

const parsed = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));

test('the recorded net comes back in the bytes that diffusers wrote, with every key of its configuration', async () => {
  const { model } = await loadUNet2dCondition(recorded, folder, rng);
  const storage = createMemoryStorage();
  await saveUNet2dCondition(storage, 'out', model);
  const written = await storage.read(`out/${weightsFile}`);
  expect(Buffer.compare(written, await recorded.read(`${folder}/${weightsFile}`))).toBe(0);
  const { _diffusers_version, ...config } = parsed(await recorded.read(`${folder}/config.json`));
  expect(parsed(await storage.read('out/config.json'))).toEqual(config);
  model.dispose();
});

test.each<Partial<UNet2dConditionConfig>>([
  {},
  {
    outChannels: 5,
    blockOutChannels: [4, 8, 16],
    downBlocks: ['plain', 'cross-attention', 'cross-attention'],
    upBlocks: ['cross-attention', 'plain', 'cross-attention'],
    layersPerBlock: 2,
    attentionHeads: [1, 2, 4],
    transformerLayers: [1, 2, 1],
    useLinearProjection: true,
    normEpsilon: 1e-6,
    timeConditioning: 'scale-shift',
    flipSinToCos: false,
    frequencyShift: 1,
    downsamplePadding: 0,
  },
  { patchSize: 2, channels: 3 },
  { numClasses: 3, hasNullLabel: true },
])('a net of every kind comes back as the same function: %j', async (config) => {
  const model = createDrawnConditionUNet(config);
  const storage = createMemoryStorage();
  await saveUNet2dCondition(storage, '', model);
  const again = (await loadUNet2dCondition(storage, '', rng)).model;
  expect(again.config).toEqual(model.config);
  const tokens = tokensOf(6);
  const labels = config.numClasses ? [-1, 2] : undefined;
  expect(predict(again, tokens, labels)).toEqual(predict(model, tokens, labels));
  // Negative control: the comparison sees the tokens.
  const others = tf.neg(tokens) as tf.Tensor3D;
  expect(predict(again, others, labels)).not.toEqual(predict(model, tokens, labels));
  for (const each of [model, again, tokens, others]) each.dispose();
});

test('a pipeline of it goes out, comes back and samples by its tokens', async () => {
  const model = createDrawnConditionUNet({ patchSize: 2, predictionType: 'v' });
  const storage = createMemoryStorage();
  const schedule = { kind: 'cosine', timesteps: 10 } as const;
  await saveDiffusersPipeline(storage, 'out', { denoiser: model, schedule });
  expect(parsed(await storage.read('out/model_index.json')).unet).toEqual([
    'diffusers',
    'UNet2DConditionModel',
  ]);
  expect(new TextDecoder().decode(await storage.read('out/README.md'))).toMatch(
    /tokens = torch\.randn\(4, 8, 6\).*unet\(x, t, tokens\)\.sample.*pixel_shuffle\(images, 2\)/s,
  );

  const pipeline = await loadDiffusersPipeline(storage, 'out');
  expect(pipeline.denoiser.config).toEqual(model.config);
  const tokens = tokensOf(6);
  const sample = async (encoderHiddenStates: tf.Tensor3D) => {
    const images = await pipeline.sample({
      count: 2,
      rng: createRandomStream(1),
      numInferenceSteps: 3,
      condition: { encoderHiddenStates },
    });
    expect(images.shape).toEqual([2, 8, 8, 1]);
    const values = [...images.dataSync()];
    images.dispose();
    return values;
  };
  const others = tf.neg(tokens) as tf.Tensor3D;
  const images = await sample(tokens);
  expect(images.every(Number.isFinite)).toBe(true);
  expect(await sample(tokens)).toEqual(images);
  expect(await sample(others)).not.toEqual(images);
  for (const each of [model, pipeline, tokens, others]) each.dispose();
});
