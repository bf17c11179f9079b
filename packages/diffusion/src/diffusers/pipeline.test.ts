import {
  createAdam,
  createMemoryStorage,
  createRandomStream,
  type LatentCodec,
  type Storage,
  selectBackend,
  tf,
} from '@tintype/core-tensor';
import { beforeAll, expect, test } from 'vitest';
import { createDdpmTrainStep } from '../ddpm/train-step.ts';
import type { UNet2dConfig } from '../unet/config.ts';
import { createDrawnUNet } from './drawn-unet.test-support.ts';
import { loadDiffusersPipeline } from './load-pipeline.ts';
import type { NoiseSchedulePipeline } from './pipeline.ts';
import { saveDiffusersPipeline } from './save-pipeline.ts';
import type { DiffusersFlowOptions, DiffusersScheduleOptions } from './write-scheduler.ts';

beforeAll(async () => {
  await selectBackend({ backend: 'wasm' });
});

const schedule = { kind: 'cosine', timesteps: 10 } as const;
const rng = createRandomStream(3);
const encode = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));

type SchedulerOptions = Omit<DiffusersScheduleOptions, 'predictionType'> | DiffusersFlowOptions;

async function exported(
  config: Partial<UNet2dConfig> = {},
  scheduler: SchedulerOptions = { schedule },
): Promise<Storage> {
  const storage = createMemoryStorage();
  const denoiser = createDrawnUNet(config);
  try {
    await saveDiffusersPipeline(storage, 'out', { denoiser, ...scheduler });
  } finally {
    denoiser.dispose();
  }
  return storage;
}

const load = (storage: Storage, options = {}) =>
  loadDiffusersPipeline(storage, 'out', rng, options) as Promise<NoiseSchedulePipeline>;

async function numbers(tensor: Promise<tf.Tensor>): Promise<number[]> {
  const given = await tensor;
  const values = [...(await given.data())];
  given.dispose();
  return values;
}

test('an export is the layout of diffusers, and loads with what the denoiser and the scheduler say', async () => {
  const storage = await exported({
    predictionType: 'v',
    varianceType: 'learned-range',
    patchSize: 2,
    channels: 3,
  });
  expect(await storage.list('out')).toEqual(['README.md', 'model_index.json', 'scheduler', 'unet']);
  expect(JSON.parse(new TextDecoder().decode(await storage.read('out/model_index.json')))).toEqual({
    _class_name: 'DDPMPipeline',
    scheduler: ['diffusers', 'DDPMScheduler'],
    unet: ['diffusers', 'UNet2DModel'],
  });
  const card = new TextDecoder().decode(await storage.read('out/README.md'));
  expect(card).toMatch(/pixel_shuffle\(.*, 2\)/);
  const pipeline = await load(storage);
  expect(pipeline.denoiser).toMatchObject({ predictionType: 'v', varianceType: 'learned-range' });
  expect(pipeline.denoiser.config).toMatchObject({ patchSize: 2, channels: 3, imageSize: 8 });
  expect(pipeline.scheduler.sampler).toBe('ddpm');
  const images = await pipeline.sample({ count: 2, rng, numInferenceSteps: 2 });
  expect(images.shape).toEqual([2, 8, 8, 3]);
  images.dispose();
  pipeline.dispose();
});

test.each([{}, { numClasses: 3 }])(
  'a loaded pipeline trains on, and its export is the trained one: %j',
  async (config) => {
    const pipeline = await load(await exported(config));
    const { denoiser } = pipeline;
    const hasLabels = 'numClasses' in config;
    const labels = hasLabels ? { labels: tf.tensor1d([0, 2], 'int32') } : undefined;
    const step = createDdpmTrainStep(
      denoiser,
      { denoiser: createAdam(denoiser.parameters, { learningRate: 1e-2 }) },
      {
        schedule: pipeline.schedule,
        ...(labels ? { condition: ({ labels: given }) => ({ labels: given! }) } : {}),
      },
    );
    const images = createRandomStream(8).uniform([2, 8, 8, 1], -1, 1);
    const before = [...denoiser.parameters.get('conv_in.weight')!.variable.dataSync()];
    const lossOf = (trained: typeof step, at: number) => {
      const batch = { images, ...labels };
      const scalars = trained.phases[0]!.run(batch, {
        step: at,
        rng: createRandomStream(4).fork(at),
        shared: {},
      } as never);
      return scalars.loss!.dataSync()[0]!;
    };
    for (let at = 0; at < 3; at += 1) expect(lossOf(step, at)).toSatisfy(Number.isFinite);
    expect([...denoiser.parameters.get('conv_in.weight')!.variable.dataSync()]).not.toEqual(before);

    const storage = createMemoryStorage();
    await saveDiffusersPipeline(storage, 'out', { denoiser, schedule });
    const again = await load(storage);
    const fresh = createDdpmTrainStep(
      again.denoiser,
      { denoiser: createAdam(again.denoiser.parameters, { learningRate: 1e-2 }) },
      {
        schedule: again.schedule,
        ...(labels ? { condition: ({ labels: given }) => ({ labels: given! }) } : {}),
      },
    );
    expect(lossOf(fresh, 9)).toBe(lossOf(step, 9));
    for (const each of [step, fresh, pipeline, again]) each.dispose?.();
  },
);

test('the sampler is the one that the files name', async () => {
  const storage = await exported();
  const path = 'out/scheduler/scheduler_config.json';
  const written = JSON.parse(new TextDecoder().decode(await storage.read(path)));
  const classes = {
    DDPMScheduler: 'ddpm',
    EulerDiscreteScheduler: 'euler',
    HeunDiscreteScheduler: 'heun',
    DPMSolverMultistepScheduler: 'dpm-solver',
    UniPCMultistepScheduler: 'uni-pc',
  };
  const seen = new Set<string>();
  for (const [name, sampler] of Object.entries(classes)) {
    await storage.write(path, encode({ ...written, _class_name: name }));
    await storage.write('out/model_index.json', encode(indexOf('DDPMPipeline', name)));
    const pipeline = await load(storage);
    expect(pipeline.scheduler.sampler).toBe(sampler);
    const values = await numbers(pipeline.sample({ count: 1, rng, numInferenceSteps: 3 }));
    expect(values.every(Number.isFinite)).toBe(true);
    seen.add(values.join());
    await expect(pipeline.sample({ count: 1, rng, eta: 1 })).rejects.toMatchObject({ code: 'E_CONFIG' });
    pipeline.dispose();
  }
  expect(seen.size).toBe(5);
  await storage.write('out/model_index.json', encode(indexOf('DDIMPipeline', 'UniPCMultistepScheduler')));
  const pipeline = await load(storage);
  expect(pipeline.scheduler.sampler).toBe('ddim');
  pipeline.dispose();
});

const indexOf = (pipeline: string, scheduler: string, more = {}) => ({
  _class_name: pipeline,
  scheduler: ['diffusers', scheduler],
  unet: ['diffusers', 'UNet2DModel'],
  ...more,
});

test('flow prediction goes out as flow matching and comes back', async () => {
  const storage = await exported({ predictionType: 'flow' }, { sampler: 'flow-euler', shift: 2 });
  const pipeline = await loadDiffusersPipeline(storage, 'out');
  expect(pipeline).toMatchObject({
    schedule: null,
    scheduler: { flow: { shift: 2 } },
    denoiser: { predictionType: 'flow' },
  });
  expect(
    (await numbers(pipeline.sample({ count: 1, rng, numInferenceSteps: 2 }))).every(Number.isFinite),
  ).toBe(true);
  pipeline.dispose();
});

test('latents of a pipeline with a first stage are decoded by the codec that is given', async () => {
  const storage = await exported();
  const more = {
    vae: ['diffusers', 'AutoencoderKL'],
    text_encoder: ['transformers', 'CLIPTextModel'],
    safety_checker: [null, null],
  };
  await storage.write('out/model_index.json', encode(indexOf('LDMPipeline', 'DDIMScheduler', more)));
  await storage.write('out/vae/config.json', encode({}));
  await expect(load(storage)).rejects.toMatchObject({
    code: 'E_CONFIG',
    message: expect.stringMatching(/loadCodec.*vae/),
  });
  const opened: string[] = [];
  const codec: LatentCodec = {
    scale: 0.5,
    encode: (images) => images.clone(),
    decode: (latents) => tf.tidy(() => tf.tile(latents, [1, 1, 1, 3])),
  };
  const loadCodec = async (_: Storage, folder: string, className: string) => {
    opened.push(`${folder} ${className}`);
    return { model: { codec, dispose: () => opened.push('freed') } };
  };
  const pipeline = await load(storage, { loadCodec });
  expect(pipeline.ignoredParts).toEqual(['text_encoder']);
  const options = { count: 1, rng, numInferenceSteps: 2 };
  const decoded = await numbers(pipeline.sample(options));
  const latents = await load(storage, { loadCodec: null });
  const plain = await numbers(latents.sample(options));
  expect(latents.ignoredParts).toEqual(['text_encoder', 'vae']);
  expect(decoded.filter((_, i) => i % 3 === 0)).toEqual(plain.map((value) => value * 2));
  for (const each of [pipeline, latents]) each.dispose();
  expect(opened).toEqual(['out/vae AutoencoderKL', 'freed']);
});

test('a folder of the first releases, with everything in its root, loads', async () => {
  const storage = await exported();
  for (const [from, to] of [
    ['unet', ''],
    ['scheduler', ''],
  ] as const) {
    for (const name of await storage.list(`out/${from}`))
      await storage.rename(`out/${from}/${name}`, `out/${to}${name}`);
  }
  const pipeline = await load(storage);
  expect(pipeline.denoiser.config.imageSize).toBe(8);
  pipeline.dispose();
});

test('an export that was cut short loads as nothing, whatever lay there before', async () => {
  const storage = await exported();
  const denoiser = createDrawnUNet({ channels: 3 });
  const files = 5;
  for (let allowed = 0; allowed < files; allowed += 1) {
    let writes = 0;
    const cut: Storage = {
      ...storage,
      write: (path, content) => {
        writes += 1;
        return writes > allowed ? Promise.reject(new Error('no power')) : storage.write(path, content);
      },
    };
    await expect(saveDiffusersPipeline(cut, 'out', { denoiser, schedule })).rejects.toThrow('no power');
    await expect(load(storage)).rejects.toMatchObject({ code: 'E_NO_RUN' });
  }
  await saveDiffusersPipeline(storage, 'out', { denoiser, schedule });
  (await load(storage)).dispose();
  denoiser.dispose();
});

test('what is not supported is refused by name, and nothing stays behind', async () => {
  const before = tf.memory().numTensors;
  const cases: [string, unknown, RegExp][] = [
    ['model_index.json', indexOf('PNDMPipeline', 'PNDMScheduler'), /_class_name.*PNDMPipeline/],
    [
      'model_index.json',
      indexOf('DDIMPipeline', 'DDIMScheduler', { unet: ['my_unet', 'Net'] }),
      /code of the folder is never run.*my_unet/,
    ],
    [
      'model_index.json',
      indexOf('DDIMPipeline', 'DDIMScheduler', { unet: ['diffusers'] }),
      /name its library and its class/,
    ],
    [
      'model_index.json',
      indexOf('DDIMPipeline', 'DDIMScheduler', { unet: ['diffusers', 'DiTTransformer2DModel'] }),
      /not supported.*DiT/,
    ],
    ['model_index.json', { _class_name: 'DDIMPipeline' }, /has no scheduler/],
    ['model_index.json', [], /must hold an object/],
    [
      'scheduler/scheduler_config.json',
      { _class_name: 'DDIMScheduler', newer_feature: 2 },
      /newer_feature.*not known/,
    ],
    [
      'scheduler/scheduler_config.json',
      { _class_name: 'DDPMScheduler', variance_type: 'learned' },
      /outChannels/,
    ],
  ];
  for (const [name, json, message] of cases) {
    const storage = await exported();
    await storage.write(`out/${name}`, encode(json));
    await expect(load(storage), String(message)).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringMatching(message),
    });
  }
  const twice = await exported({ varianceType: 'learned' });
  await twice.write('out/scheduler/scheduler_config.json', encode({ _class_name: 'DDPMScheduler' }));
  await expect(load(twice)).rejects.toMatchObject({
    message: expect.stringMatching(/out_channels: .*learned variance/),
  });
  await expect(exported({ predictionType: 'flow' })).rejects.toMatchObject({ code: 'E_CONFIG' });
  await expect(exported({ varianceType: 'learned' }, { schedule, sampler: 'ddim' })).rejects.toMatchObject({
    code: 'E_CONFIG',
  });
  expect(tf.memory().numTensors).toBe(before);
});
