import {
  createMemoryStorage,
  createRandomStream,
  decodeSafetensors,
  encodeSafetensors,
  loadDiffusersModel,
  type SafetensorsEntry,
  type Storage,
  safetensorsEntry,
  selectBackend,
  tf,
} from '@tintype/core-tensor';
import { createFileStorage } from '@tintype/core-tensor/node';
import { beforeAll, expect, test } from 'vitest';
import type { UNet2dConfig } from '../unet/config.ts';
import { createUNet2d, type UNet2d } from '../unet/unet-2d.ts';
import { createDrawnUNet, tinyUNet } from './drawn-unet.test-support.ts';
import { readDiffusersUNet2d, writeDiffusersUNet2d } from './unet-config.ts';
import { loadUNet2d, saveUNet2d } from './unet-folder.ts';

const recorded = createFileStorage(new URL('../../../../fixtures/reference', import.meta.url).pathname);
const weightsFile = 'diffusion_pytorch_model.safetensors';
const rng = createRandomStream(0);

beforeAll(async () => {
  await selectBackend({ backend: 'wasm' });
});

const readJson = async (storage: Storage, path: string) =>
  JSON.parse(new TextDecoder().decode(await storage.read(path)));

const predict = (model: UNet2d, labels?: number[]) => {
  const { imageSize, channels } = model.config;
  return tf.tidy(() => {
    const xt = createRandomStream(5).normal<tf.Rank.R4>([2, imageSize, imageSize, channels]);
    const condition = labels && { labels: tf.tensor1d(labels, 'int32') };
    const { prediction, variance } = model.predict(xt, tf.tensor1d([3, 40]), { condition });
    return [...(variance ? tf.concat([prediction, variance], 3) : prediction).dataSync()];
  });
};

test.each(['models/unet2d_basic', 'models/unet2d_classes', 'pipelines/ddim_tiny/unet'])(
  '%s comes back in the bytes that diffusers wrote, with every key of its configuration',
  async (folder) => {
    const { model } = await loadUNet2d(recorded, folder, rng);
    const storage = createMemoryStorage();
    await saveUNet2d(storage, 'out', model);
    const [written, original] = [
      await storage.read(`out/${weightsFile}`),
      await recorded.read(`${folder}/${weightsFile}`),
    ];
    expect(Buffer.compare(written, original)).toBe(0);
    const { _diffusers_version, _name_or_path, ...config } = await readJson(
      recorded,
      `${folder}/config.json`,
    );
    expect(await readJson(storage, 'out/config.json')).toEqual(config);
    model.dispose();
  },
);

test('a configuration of every kind comes back from its diffusers form', () => {
  const configs: UNet2dConfig[] = [
    tinyUNet,
    {
      ...tinyUNet,
      imageSize: 16,
      channels: 3,
      outChannels: 6,
      blockOutChannels: [4, 8, 8],
      layersPerBlock: 2,
      downBlocks: ['plain', 'attention', 'plain'],
      upBlocks: ['attention', 'plain', 'attention'],
      midBlockAttention: false,
      attentionHeadDim: null,
      normEpsilon: 1e-6,
      dropout: 0.1,
      timeConditioning: 'scale-shift',
      midBlockAttentionNorm: false,
      flipSinToCos: false,
      frequencyShift: 1,
      downsamplePadding: 0,
      numClasses: 5,
    },
    { ...tinyUNet, timeConditioning: 'scale-shift', midBlockAttentionNorm: true },
    { ...tinyUNet, numClasses: 3, hasNullLabel: true },
  ];
  for (const config of configs) {
    const { config: full, dispose } = createUNet2d(config, rng);
    const { predictionType, varianceType, checkpointActivations, patchSize, ...shown } = full;
    const read = readDiffusersUNet2d(writeDiffusersUNet2d(config));
    expect({ hasNullLabel: false, ...read }).toEqual(shown);
    dispose();
  }
});

test('a null label is one more class there, and the null label again here', async () => {
  const model = createDrawnUNet({ numClasses: 3, hasNullLabel: true });
  const storage = createMemoryStorage();
  await saveUNet2d(storage, '', model);
  expect(await readJson(storage, 'config.json')).toMatchObject({ num_class_embeds: 4 });
  const again = (await loadUNet2d(storage, '', rng)).model;
  expect(again.hasNullLabel).toBe(true);
  expect(predict(again, [-1, 2])).toEqual(predict(model, [-1, 2]));
  // As one more class, without the private key that diffusers passes over.
  const config = await readJson(storage, 'config.json');
  await storage.write(
    'config.json',
    new TextEncoder().encode(JSON.stringify({ ...config, _tintype_null_label: false })),
  );
  const plain = (await loadUNet2d(storage, '', rng)).model;
  expect(predict(plain, [3, 2])).toEqual(predict(model, [-1, 2]));
  for (const each of [model, again, plain]) each.dispose();
});

test.each([1, 3])('squares of pixels with %i channels come back as the same function', async (channels) => {
  const model = createDrawnUNet({ channels, patchSize: 2, varianceType: 'learned-range' });
  const storage = createMemoryStorage();
  await saveUNet2d(storage, '', model);
  expect(await readJson(storage, 'config.json')).toMatchObject({
    sample_size: 4,
    in_channels: 4 * channels,
    out_channels: 8 * channels,
  });
  const again = (await loadUNet2d(storage, '', rng, { varianceType: 'learned-range' })).model;
  expect(again.config).toEqual(model.config);
  expect(predict(again)).toEqual(predict(model));
  await saveUNet2d(storage, 'again', again);
  expect(await storage.read(`again/${weightsFile}`)).toEqual(await storage.read(weightsFile));
  for (const each of [model, again]) each.dispose();
});

test('the exported net on squares gives the image through the pixel shuffle of PyTorch', async () => {
  const model = createDrawnUNet({ channels: 3, patchSize: 2 });
  const storage = createMemoryStorage();
  await saveUNet2d(storage, '', model);
  // What diffusers sees: a net on 12 channels at half the size.
  const inner = (
    await loadDiffusersModel(storage, '', (json) =>
      createUNet2d(readDiffusersUNet2d({ ...json, _tintype_patch_size: null }), rng),
    )
  ).model;
  expect(inner.config).toMatchObject({ imageSize: 4, channels: 12, patchSize: 1 });
  tf.tidy(() => {
    const xt = createRandomStream(5).normal<tf.Rank.R4>([2, 8, 8, 3]);
    const t = tf.tensor1d([3, 40]);
    // pixel_unshuffle: channel k·4 + 2·dy + dx of [b, 4, 4, 12]
    const squares = xt.reshape([2, 4, 2, 4, 2, 3]).transpose([0, 1, 3, 5, 2, 4]).reshape([2, 4, 4, 12]);
    const { prediction } = inner.predict(squares as tf.Tensor4D, t);
    const shuffled = prediction
      .reshape([2, 4, 4, 3, 2, 2])
      .transpose([0, 1, 4, 2, 5, 3])
      .reshape([2, 8, 8, 3]);
    const expected = model.predict(xt, t).prediction;
    const difference = shuffled.sub(expected).abs().max();
    expect(difference.dataSync()[0]).toBeLessThan(1e-6); // sums in another order
    // Our own order of the channels would be another function.
    const wrong = tf.depthToSpace(prediction, 2).sub(expected).abs().max();
    expect(wrong.dataSync()[0]).toBeGreaterThan(1e-3);
  });
  for (const each of [model, inner]) each.dispose();
});

test('attention of old diffusers, kept as convolutions and cut into shards, loads as the net it is', async () => {
  const model = createDrawnUNet({ channels: 1 });
  const storage = createMemoryStorage();
  await saveUNet2d(storage, '', model);
  const tensors = decodeSafetensors(await storage.read(weightsFile));
  const oldNames = { to_q: 'query', to_k: 'key', to_v: 'value', 'to_out.0': 'proj_attn' };
  const old = [...tensors].map(([name, entry]): [string, SafetensorsEntry] => {
    const found = Object.entries(oldNames).find(([now]) => name.includes(`.${now}.`));
    if (!found) return [name, entry];
    const shape = entry.shape.length === 2 ? [...entry.shape, 1, 1] : entry.shape;
    return [name.replace(`.${found[0]}.`, `.${found[1]}.`), { ...entry, shape }];
  });
  expect(old.filter(([name]) => /query|key|value|proj_attn/.test(name))).toHaveLength(8 * 4);
  const shards = [
    'diffusion_pytorch_model-00001-of-00002.safetensors',
    'diffusion_pytorch_model-00002-of-00002.safetensors',
  ];
  const weightMap = Object.fromEntries(old.map(([name], i) => [name, shards[i % 2]]));
  for (const shard of shards) {
    await storage.write(shard, encodeSafetensors(new Map(old.filter(([name]) => weightMap[name] === shard))));
  }
  await storage.write(
    `${weightsFile}.index.json`,
    new TextEncoder().encode(JSON.stringify({ weight_map: weightMap })),
  );
  const { model: again, weightsFiles } = await loadUNet2d(storage, '', rng);
  expect(weightsFiles).toEqual(shards);
  expect(predict(again)).toEqual(predict(model));
  for (const each of [model, again]) each.dispose();
});

test('weights that the net does not have are listed, and what UNet2DModel cannot be is refused', async () => {
  const model = createDrawnUNet();
  const storage = createMemoryStorage();
  await saveUNet2d(storage, '', model);
  const extra = safetensorsEntry(Float32Array.of(1), [1]);
  const tensors = new Map(decodeSafetensors(await storage.read(weightsFile))).set('conv_in.scale', extra);
  await storage.write(weightsFile, encodeSafetensors(tensors));
  await expect(loadUNet2d(storage, '', rng)).rejects.toMatchObject({
    code: 'E_CHECKPOINT_MISMATCH',
    message: expect.stringMatching(/1 unexpected: conv_in\.scale/),
  });
  expect(() => writeDiffusersUNet2d({ ...tinyUNet, midBlockAttentionNorm: false })).toThrow(
    /midBlockAttentionNorm/,
  );
  model.dispose();
});
