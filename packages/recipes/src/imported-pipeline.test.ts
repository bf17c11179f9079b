import { join } from 'node:path';
import {
  createMemoryStorage,
  createRandomStream,
  joinBatches,
  type Storage,
  selectBackend,
  tf,
} from '@tintype/core-tensor';
import { createFileStorage } from '@tintype/core-tensor/node';
import { createUNet2d, loadDiffusersPipeline, saveDiffusersPipeline } from '@tintype/diffusion';
import { beforeAll, expect, test } from 'vitest';
import { createImportedRecipe, importDiffusersPipeline } from './imported-pipeline.ts';

const recorded = join(import.meta.dirname, '../../../fixtures/reference/pipelines/ddim_tiny');
const schedulerFile = 'scheduler/scheduler_config.json';
const files = [
  'model_index.json',
  schedulerFile,
  'unet/config.json',
  'unet/diffusion_pytorch_model.safetensors',
];
const rng = createRandomStream(5);

beforeAll(async () => {
  await selectBackend({ backend: 'wasm' });
});

/** The pipeline that diffusers wrote, with changes to two of its files. */
async function folderOf(scheduler: object = {}, index: object = {}): Promise<Storage> {
  const source = createFileStorage(recorded);
  const storage = createMemoryStorage();
  for (const file of files) await storage.write(file, await source.read(file));
  const change = async (file: string, changes: object) => {
    const before = JSON.parse(new TextDecoder().decode(await source.read(file)));
    await storage.write(file, new TextEncoder().encode(JSON.stringify({ ...before, ...changes })));
  };
  await change(schedulerFile, scheduler);
  await change('model_index.json', index);
  return storage;
}

async function numbers(images: Promise<tf.Tensor4D>): Promise<number[]> {
  const tensor = await images;
  const values = [...(await tensor.data())];
  tensor.dispose();
  return values;
}

/** By the run's recipe, its config read back from JSON and its model made afresh. */
async function sampleRun(storage: Storage, options: object = {}): Promise<number[]> {
  const { config, model, trainStep } = await importDiffusersPipeline(storage, rng);
  const recipe = createImportedRecipe(JSON.parse(JSON.stringify(config)));
  const again = recipe.create(recipe.config, rng);
  for (const [name, { variable }] of model.parameters)
    again.model.parameters.get(name)!.variable.assign(variable);
  const request = { count: 1, firstIndex: 0, rng, options: { ...recipe.sampleOptions, ...options } };
  const images = await numbers(joinBatches(recipe.sample(again.model, request)));
  for (const each of [trainStep, model, again.trainStep, again.model]) each.dispose();
  return images;
}

async function samplePipeline(storage: Storage, options: object = {}): Promise<number[]> {
  const pipeline = await loadDiffusersPipeline(storage, '');
  const images = await numbers(pipeline.sample({ count: 1, rng, ...options }));
  pipeline.dispose();
  return images;
}

const steps = { numInferenceSteps: 4 };
const asDdpm = { _class_name: 'DDPMPipeline' };

test.each([
  [{}, {}],
  [{ _class_name: 'DDPMScheduler', timestep_spacing: 'trailing' }, asDdpm],
  [{ _class_name: 'EulerDiscreteScheduler', use_karras_sigmas: true }, asDdpm],
  [{ _class_name: 'HeunDiscreteScheduler' }, asDdpm],
  [{ _class_name: 'DPMSolverMultistepScheduler', solver_order: 1 }, asDdpm],
  [{ _class_name: 'UniPCMultistepScheduler' }, asDdpm],
  [{ clip_sample: false, set_alpha_to_one: false, timestep_spacing: 'linspace' }, {}],
])('a run samples as the pipeline does: %j', async (scheduler, index) => {
  const storage = await folderOf(scheduler, index);
  const before = tf.memory().numTensors;
  const images = await sampleRun(storage, steps);
  expect(images).toEqual(await samplePipeline(storage, steps));
  expect(tf.memory().numTensors).toBe(before);
});

test('another spacing of the timesteps in the folder makes other images', async () => {
  const images = await sampleRun(await folderOf(), steps);
  expect(await sampleRun(await folderOf({ timestep_spacing: 'trailing' }), steps)).not.toEqual(images);
});

test('a learned variance goes out and comes in', async () => {
  const config = {
    imageSize: 4,
    channels: 1,
    blockOutChannels: [4],
    normGroups: 2,
    midBlockAttention: false,
  };
  const denoiser = createUNet2d({ ...config, varianceType: 'learned-range' }, rng);
  const storage = createMemoryStorage();
  await saveDiffusersPipeline(storage, '', { denoiser, schedule: { kind: 'linear', timesteps: 4 } });
  denoiser.dispose();
  expect(await sampleRun(storage)).toEqual(await samplePipeline(storage));
  const { model, trainStep, config: imported } = await importDiffusersPipeline(storage, rng);
  const out = createMemoryStorage();
  await createImportedRecipe(imported).exports!.diffusers!(model, { storage: out, config: imported });
  expect(await out.read(schedulerFile)).toEqual(await storage.read(schedulerFile));
  for (const each of [trainStep, model]) each.dispose();
});

test('what needs more than noise is refused before anything stays', async () => {
  const before = tf.memory().numTensors;
  const flow = { _class_name: 'FlowMatchEulerDiscreteScheduler', num_train_timesteps: 1000, shift: 1 };
  const flowing = await folderOf({}, asDdpm);
  await flowing.write(schedulerFile, new TextEncoder().encode(JSON.stringify(flow)));
  const classes = createMemoryStorage();
  const config = {
    imageSize: 4,
    channels: 1,
    blockOutChannels: [4],
    normGroups: 2,
    midBlockAttention: false,
  };
  const denoiser = createUNet2d({ ...config, numClasses: 2 }, rng);
  await saveDiffusersPipeline(classes, '', { denoiser, schedule: { kind: 'linear', timesteps: 4 } });
  denoiser.dispose();
  for (const [storage, message] of [
    [flowing, /flow matching/],
    [classes, /needs classes/],
    [await folderOf({}, { vae: ['diffusers', 'AutoencoderKL'] }), /latents of its vae/],
  ] as const)
    await expect(importDiffusersPipeline(storage, rng)).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringMatching(message),
    });
  expect(() => createImportedRecipe({ pipeline: 'DDIMPipeline' })).toThrow(/unet/);
  expect(tf.memory().numTensors).toBe(before);
});
