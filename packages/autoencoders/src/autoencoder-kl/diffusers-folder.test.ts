import {
  createMemoryStorage,
  createRandomStream,
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsEntry,
  type Storage,
  safetensorsEntry,
  selectBackend,
  tf,
} from '@tintype/core-tensor';
import { beforeAll, expect, test } from 'vitest';
import { referenceModels } from '../image-coder/reference.test-support.ts';
import { createAutoencoderKl } from './autoencoder-kl.ts';
import { defaultAutoencoderKlConfig } from './config.ts';
import {
  loadAutoencoderKl,
  readDiffusersAutoencoderKl,
  saveAutoencoderKl,
  writeDiffusersAutoencoderKl,
} from './diffusers-folder.ts';

const folder = 'autoencoder_kl_basic';
const weightsFile = 'diffusion_pytorch_model.safetensors';
const rng = createRandomStream(0);

beforeAll(async () => {
  await selectBackend({ backend: 'cpu' });
});

const readJson = async (storage: Storage, path: string) =>
  JSON.parse(new TextDecoder().decode(await storage.read(path)));

/** The recorded folder in memory, with its tensors and its configuration changed. */
async function changedFolder(change: {
  tensors?: (tensors: Map<string, SafetensorsEntry>) => Map<string, SafetensorsEntry>;
  config?: Record<string, unknown>;
}): Promise<Storage> {
  const { tensors = (same) => same, config = {} } = change;
  const storage = createMemoryStorage();
  const json = { ...(await readJson(referenceModels, `${folder}/config.json`)), ...config };
  await storage.write('vae/config.json', new TextEncoder().encode(JSON.stringify(json)));
  const recorded = decodeSafetensors(await referenceModels.read(`${folder}/${weightsFile}`));
  await storage.write(`vae/${weightsFile}`, encodeSafetensors(tensors(new Map(recorded))));
  return storage;
}

test('import and export give the bytes that diffusers wrote, and its configuration', async () => {
  const { model, ignoredFiles } = await loadAutoencoderKl(referenceModels, folder, rng);
  expect(ignoredFiles).toEqual(['io.json', 'io.safetensors']);
  const storage = createMemoryStorage();
  await saveAutoencoderKl(storage, 'out', model);
  const [written, recorded] = [storage, referenceModels].map((each, i) =>
    each.read(`${['out', folder][i]}/${weightsFile}`),
  );
  expect(Buffer.compare(await written!, await recorded!)).toBe(0);
  const { _diffusers_version, ...config } = await readJson(referenceModels, `${folder}/config.json`);
  expect(await readJson(storage, 'out/config.json')).toEqual(config);
  model.dispose();
});

test('a trained weight is in the export, and one bit of difference is seen', async () => {
  const { model } = await loadAutoencoderKl(referenceModels, folder, rng);
  const { variable } = model.parameters.get('decoder.conv_out.bias')!;
  tf.tidy(() => variable.assign(variable.add(1e-3)));
  const storage = createMemoryStorage();
  await saveAutoencoderKl(storage, '', model);
  const [written, recorded] = await Promise.all([
    storage.read(weightsFile),
    referenceModels.read(`${folder}/${weightsFile}`),
  ]);
  expect(Buffer.compare(written, recorded)).not.toBe(0);
  model.dispose();
});

test('a configuration of every shape comes back from its diffusers form', () => {
  const configs = [
    defaultAutoencoderKlConfig,
    {
      ...defaultAutoencoderKlConfig,
      imageSize: 64,
      channels: 1,
      latentChannels: 16,
      blockOutChannels: [8, 16, 24],
      layersPerBlock: 2,
      normGroups: 4,
      midBlockAttention: false,
      scalingFactor: 0.3611,
      shiftFactor: 0.1159,
      usesQuantConv: false,
      usesPostQuantConv: false,
      forceUpcast: false,
    },
  ];
  for (const config of configs) {
    expect(readDiffusersAutoencoderKl(writeDiffusersAutoencoderKl(config))).toEqual(config);
  }
});

test('attention names of old diffusers load as the same weights', async () => {
  const oldNames = { to_q: 'query', to_k: 'key', to_v: 'value', 'to_out.0': 'proj_attn' };
  const toOld = (name: string) =>
    Object.entries(oldNames).reduce((each, [now, old]) => each.replace(`.${now}.`, `.${old}.`), name);
  const storage = await changedFolder({
    tensors: (tensors) => new Map([...tensors].map(([name, entry]) => [toOld(name), entry])),
  });
  const { model } = await loadAutoencoderKl(storage, 'vae', rng);
  await saveAutoencoderKl(storage, 'out', model);
  expect(await storage.read(`out/${weightsFile}`)).toEqual(
    new Uint8Array(await referenceModels.read(`${folder}/${weightsFile}`)),
  );
  model.dispose();
});

test('weights that miss, are too many or have another shape are listed, and nothing stays behind', async () => {
  const storage = await changedFolder({
    tensors: (tensors) => {
      tensors.delete('decoder.conv_in.bias');
      tensors.set('encoder.extra', safetensorsEntry(new Float32Array(1), [1]));
      tensors.set('quant_conv.bias', safetensorsEntry(new Float32Array(5), [5]));
      return tensors;
    },
  });
  const before = tf.memory().numTensors;
  await expect(loadAutoencoderKl(storage, 'vae', rng)).rejects.toMatchObject({
    code: 'E_CHECKPOINT_MISMATCH',
    message: expect.stringMatching(
      /1 missing: decoder\.conv_in\.bias; 1 unexpected: encoder\.extra; 1 of another shape or type: quant_conv\.bias/,
    ),
  });
  expect(tf.memory().numTensors).toBe(before);
});

test('what is not supported is refused by name', async () => {
  const refused: [Record<string, unknown>, string, RegExp][] = [
    [
      { _class_name: 'AutoencoderTiny' },
      'E_CONFIG',
      /_class_name.*got AutoencoderTiny, expected AutoencoderKL/,
    ],
    [{ act_fn: 'gelu' }, 'E_CONFIG', /act_fn.*silu \| swish/],
    [{ latents_mean: [0, 0, 0] }, 'E_CONFIG', /latents_mean/],
    [
      { down_block_types: ['AttnDownEncoderBlock2D', 'DownEncoderBlock2D'] },
      'E_CONFIG',
      /AttnDownEncoderBlock2D/,
    ],
    [{ up_block_types: ['UpDecoderBlock2D'] }, 'E_CONFIG', /up_block_types.*got 1, expected 2/],
    [{ out_channels: 1 }, 'E_CONFIG', /out_channels/],
    [{ block_out_channels: [4, '8'] }, 'E_CONFIG', /block_out_channels\[1\].*got 8, expected a number/],
    [{ norm_num_groups: 3 }, 'E_CONFIG', /blockOutChannels\[0\].*a multiple of 3/],
    [{ scaling_factor: 0 }, 'E_CONFIG', /scalingFactor/],
    [{ sample_size: 17 }, 'E_SHAPE', /imageSize.*got 17, expected 16 or 18/],
  ];
  for (const [config, code, message] of refused) {
    const storage = await changedFolder({ config });
    await expect(loadAutoencoderKl(storage, 'vae', rng), String(message)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  }
});

test('an unknown option has the nearest name in its message', () => {
  const create = () => createAutoencoderKl({ ...defaultAutoencoderKlConfig, latentChanels: 3 } as never, rng);
  expect(create).toThrow(
    expect.objectContaining({
      code: 'E_UNKNOWN_OPTION',
      message: expect.stringMatching(/latentChannels/),
    }),
  );
});
