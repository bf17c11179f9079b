import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng } from '@tintype/core-tensor';
import { createImageBatches, type ImageDataset } from '@tintype/datasets';
import { ddpmMnist, ddpmPoints, type Recipe } from '@tintype/recipes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli, tinyRecipe } from './tiny-recipe.test-support.ts';

const size = 8;
const pictures: ImageDataset = {
  name: 'pictures',
  size: 8,
  height: size,
  width: size,
  channels: 1,
  pixels: Uint8Array.from({ length: 8 * size * size }, (_, i) => (i * 37) % 256),
};

/** A DDPM of milliseconds. */
const recipe = {
  ...ddpmMnist,
  monitors: async () => [],
  config: { ...ddpmMnist.config, imageSize: size, blockOutChannels: [8, 8], normGroups: 4, timesteps: 10 },
  batchSize: 4,
  data: async ({ batchSize, rng }: Parameters<typeof ddpmMnist.data>[0]) =>
    createImageBatches(pictures, { batchSize, rng }),
  grid: { count: 2, columns: 2, previewCount: 2 },
} as Recipe;

const others = [ddpmPoints as unknown as Recipe, tinyRecipe];
const run = (...args: string[]) => cli([...args, '--json'], { recipe, others });

let root: string;
let trained: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tintype-exchange-'));
  trained = join(root, 'trained');
  const flags = ['--steps', '3', '--backend', 'wasm', '--deterministic', '--seed', '1'];
  expect((await run('train', 'ddpm-mnist', '--out', trained, ...flags)).code).toBe(0);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const at = (name: string) => join(root, name);
const exported = (name: string, ...more: string[]) =>
  run('export', trained, '--to', 'diffusers', '--out', at(name), ...more);

/** What the imported scheduler says is said of the run that it came from. */
const asImported = ['clippedNoise=model', 'eta=0'].flatMap((setting) => ['--set', setting]);

async function imagesOf(folder: string, name: string, ...more: string[]): Promise<Buffer> {
  const flags = ['--count', '3', '--seed', '7', '--set', 'numInferenceSteps=5', '--out', at(name)];
  const { code, notes } = await run('sample', folder, ...flags, ...more);
  expect(code, notes).toBe(0);
  const files = ['000000.png', '000001.png', '000002.png'].map((file) => readFile(join(at(name), file)));
  return Buffer.concat(await Promise.all(files));
}

test('a run that goes out as a pipeline of diffusers and comes back makes the same images', async () => {
  const { report } = await exported('pipeline');
  expect(report).toMatchObject({ run: trained, to: 'diffusers', weights: 'ema', step: 3 });
  const names = ['model_index.json', 'scheduler/scheduler_config.json', 'README.md'];
  const unet = ['config.json', 'diffusion_pytorch_model.safetensors'].map((name) => `unet/${name}`);
  expect([...(report.files as string[])].sort()).toEqual(
    [...names, ...unet].map((name) => join(at('pipeline'), name)).sort(),
  );
  const imported = await run('import', at('pipeline'), '--out', at('imported'), '--backend', 'wasm');
  expect(imported.report).toMatchObject({ pipeline: 'DDIMPipeline', sampler: 'ddim', imageSize: size });
  const before = await imagesOf(trained, 'before', ...asImported);
  expect(await imagesOf(at('imported'), 'after')).toEqual(before);
  expect(await imagesOf(at('imported'), 'noisy', '--set', 'eta=1')).not.toEqual(before);

  await run('export', at('imported'), '--to', 'diffusers', '--out', at('again'));
  for (const name of [...names, ...unet])
    expect(await readFile(join(at('again'), name)), name).toEqual(await readFile(join(at('pipeline'), name)));
});

test('other weights make other images: those that were not averaged, and a changed number', async () => {
  const before = await imagesOf(trained, 'averaged', ...asImported);
  expect((await exported('raw', '--raw')).report).toMatchObject({ weights: 'model' });
  const weights = join(at('raw'), 'unet', 'diffusion_pytorch_model.safetensors');
  await run('import', at('raw'), '--out', at('from-raw'), '--backend', 'wasm');
  const raw = await imagesOf(at('from-raw'), 'of-raw');
  expect(raw).not.toEqual(before);

  const bytes = await readFile(weights);
  const headerBytes = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + headerBytes).toString());
  bytes.writeFloatLE(0.5, 8 + headerBytes + header['conv_out.bias'].data_offsets[0]);
  await writeFile(weights, bytes);
  await run('import', at('raw'), '--out', at('from-raw'), '--force', '--backend', 'wasm');
  expect(await imagesOf(at('from-raw'), 'of-changed')).not.toEqual(raw);
});

test('an imported run is inspected, and trained on with the images of a folder alone', async () => {
  await exported('to-train');
  const learning = ['--set', 'learningRate=0.01', '--set', 'batchSize=2'];
  await run('import', at('to-train'), '--out', at('tuned'), '--backend', 'wasm', ...learning);
  const { report } = await run('inspect', at('tuned'));
  expect(report).toMatchObject({ recipe: 'diffusers-pipeline', steps: 0, problems: [] });
  const before = await imagesOf(at('tuned'), 'untrained');
  const refused = await run('resume', at('tuned'), '--steps', '2');
  expect(refused.report).toMatchObject({ error: { code: 'E_DATA_MISSING' } });
  await mkdir(at('photos'));
  for (const slope of [2, 3]) {
    const values = Uint8Array.from({ length: size * size }, (_, i) => i * slope);
    const png = encodePng({ width: size, height: size, channels: 1, values });
    await writeFile(join(at('photos'), `${slope}.png`), png);
  }
  const more = await run('resume', at('tuned'), '--steps', '2', '--data', at('photos'));
  expect(more.report).toMatchObject({ steps: 2 });
  expect(await imagesOf(at('tuned'), 'trained-on')).not.toEqual(before);
});

test('a network for onnxruntime comes with the schedule it is sampled on', async () => {
  const { report } = await run('export', trained, '--to', 'onnx', '--out', at('onnx'));
  expect((await readdir(at('onnx'))).sort()).toEqual(['denoiser.onnx', 'scheduler_config.json']);
  expect(report.files).toHaveLength(2);
  const scheduler = JSON.parse(await readFile(join(at('onnx'), 'scheduler_config.json'), 'utf8'));
  expect(scheduler).toMatchObject({ prediction_type: 'v_prediction', num_train_timesteps: 10 });
});

test('what cannot go out or come in is refused, and nothing is written', async () => {
  await mkdir(at('full'));
  await writeFile(join(at('full'), 'mine.txt'), 'mine');
  expect((await exported('full')).report).toMatchObject({ error: { code: 'E_RUN_EXISTS' } });
  expect(await readdir(at('full'))).toEqual(['mine.txt']);
  expect((await exported('full', '--force')).code).toBe(0);
  expect(await readdir(at('full'))).toContain('mine.txt');

  for (const args of [
    ['export', trained, '--out', at('none')],
    ['export', trained, '--to', 'diffusers'],
    ['export', trained, '--to', 'pickle', '--out', at('none')],
  ])
    expect(await run(...args), args.join(' ')).toMatchObject({ code: 2 });

  const vae = at('vae');
  const flags = ['--steps', '1', '--backend', 'wasm'];
  await run('train', 'tiny', '--out', vae, ...flags);
  const notDiffusion = await run('export', vae, '--to', 'diffusers', '--out', at('none'));
  expect(notDiffusion.code).toBe(2);
  expect(notDiffusion.notes).toMatch(/tiny.*cannot be written as diffusers.*can: ddpm-mnist/s);

  expect((await run('import', at('none'), '--out', at('never'))).report).toMatchObject({
    error: { code: 'E_NO_RUN' },
  });
  expect((await run('import', at('full/unet'), '--out', at('never'))).report).toMatchObject({
    error: { code: 'E_NO_RUN' },
  });
  const index = (content: object) => writeFile(join(at('full'), 'model_index.json'), JSON.stringify(content));
  const parts = { scheduler: ['diffusers', 'DDIMScheduler'], unet: ['diffusers', 'UNet2DModel'] };
  const refusals: [object, RegExp][] = [
    [{ ...parts, _class_name: 'PNDMPipeline' }, /PNDMPipeline/],
    [{ ...parts, _class_name: 'LDMPipeline', vqvae: ['diffusers', 'VQModel'] }, /latents of its vqvae/],
    [{ ...parts, _class_name: 'DDIMPipeline', unet: ['diffusers', 'DiT'] }, /DiT/],
  ];
  for (const [content, message] of refusals) {
    await index(content);
    const { code, notes } = await run('import', at('full'), '--out', at('never'), '--backend', 'wasm');
    expect(code).toBe(2);
    expect(notes).toMatch(message);
  }
  expect(await readdir(root)).not.toContain('never');
  expect(await readdir(root)).not.toContain('none');
});
