import {
  createMemoryStorage,
  createRandomStream,
  decodeSafetensors,
  encodeSafetensors,
  type Storage,
  safetensorsEntry,
  selectBackend,
  tf,
} from '@tintype/core-tensor';
import { beforeAll, expect, test } from 'vitest';
import { referenceModels } from '../image-coder/reference.test-support.ts';
import { defaultVqModelConfig } from './config.ts';
import { loadVqModel, readDiffusersVqModel, saveVqModel, writeDiffusersVqModel } from './diffusers-folder.ts';

const folder = 'vq_basic';
const weightsFile = 'diffusion_pytorch_model.safetensors';
const rng = createRandomStream(0);

beforeAll(async () => {
  await selectBackend({ backend: 'cpu' });
});

const readJson = async (storage: Storage, path: string) =>
  JSON.parse(new TextDecoder().decode(await storage.read(path)));

test('import and export give the bytes that diffusers wrote, and its configuration', async () => {
  const { model, ignoredFiles } = await loadVqModel(referenceModels, folder, rng);
  expect(ignoredFiles).toEqual(['io.json', 'io.safetensors']);
  const storage = createMemoryStorage();
  await saveVqModel(storage, 'out', model);
  const recorded = await referenceModels.read(`${folder}/${weightsFile}`);
  expect(Buffer.compare(await storage.read(`out/${weightsFile}`), recorded)).toBe(0);
  const { _diffusers_version, ...config } = await readJson(referenceModels, `${folder}/config.json`);
  expect(await readJson(storage, 'out/config.json')).toEqual(config);
  model.dispose();
});

test('β comes back on the codebook term from a file, and where the caller says otherwise there', async () => {
  const json = await readJson(referenceModels, `${folder}/config.json`);
  expect(readDiffusersVqModel(json)).toMatchObject({ commitmentCost: 0.25, betaOn: 'codebook' });
  expect(defaultVqModelConfig.betaOn).toBe('commitment');
  const ours = { commitmentCost: 1, betaOn: 'commitment' } as const;
  const configs = [
    { ...defaultVqModelConfig, ...ours },
    { ...defaultVqModelConfig, ...ours, embeddingDim: 8, codebookSize: 16, lookupFromCodebook: true },
  ];
  for (const config of configs) {
    expect(readDiffusersVqModel(writeDiffusersVqModel(config), ours)).toEqual(config);
  }
});

test('what is not supported is refused by name, and weights that do not fit are listed', async () => {
  const storage = createMemoryStorage();
  const json = await readJson(referenceModels, `${folder}/config.json`);
  const tensors = new Map(decodeSafetensors(await referenceModels.read(`${folder}/${weightsFile}`)));
  const write = async (change: Record<string, unknown>) => {
    const text = JSON.stringify({ ...json, ...change });
    await storage.write('config.json', new TextEncoder().encode(text));
    await storage.write(weightsFile, encodeSafetensors(tensors));
  };
  const refused: [Record<string, unknown>, string, RegExp][] = [
    [{ _class_name: 'AutoencoderKL' }, 'E_CONFIG', /got AutoencoderKL, expected VQModel/],
    [{ norm_type: 'spatial' }, 'E_CONFIG', /norm_type.*got spatial, expected group/],
    [{ num_vq_embeddings: 1 }, 'E_CONFIG', /codebookSize/],
    [{ sample_size: 17 }, 'E_SHAPE', /got 17, expected 16 or 18/],
    [
      { num_vq_embeddings: 11 },
      'E_CHECKPOINT_MISMATCH',
      /quantize\.embedding\.weight \(got tensor \[10, 3\]/,
    ],
  ];
  for (const [change, code, message] of refused) {
    await write(change);
    const before = tf.memory().numTensors;
    await expect(loadVqModel(storage, '', rng), String(message)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(tf.memory().numTensors).toBe(before);
  }
  tensors.set('quantize.extra', safetensorsEntry(new Float32Array(1), [1]));
  await write({});
  await expect(loadVqModel(storage, '', rng)).rejects.toThrow(/1 unexpected: quantize\.extra/);
});
