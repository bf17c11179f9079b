import { selectBackend } from '@tintype/backend';
import { beforeAll, expect, test } from 'vitest';
import { createMemoryStorage } from '../checkpoint/memory-storage.ts';
import { encodeSafetensors } from '../checkpoint/safetensors-encode.ts';
import { safetensorsEntry } from '../checkpoint/safetensors-values.ts';
import type { Storage } from '../checkpoint/storage.ts';
import { createParameters } from '../parameters/create-parameters.ts';
import { zeros } from '../parameters/initializers.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import { readOldAttention } from './attention-names.ts';
import { refuseUnknownKeys } from './json-values.ts';
import { loadDiffusersModel } from './load-model.ts';
import { readDiffusersFolder } from './read-folder.ts';
import { bytesOf, shardedFolder, type Tensors, threeTensors } from './tiny-folder.test-support.ts';
import { writeDiffusersFolder } from './write-folder.ts';

beforeAll(async () => {
  await selectBackend({ backend: 'cpu' });
});

const prefix = 'diffusion_pytorch_model';

async function folderOf(files: Readonly<Record<string, Tensors>>): Promise<Storage> {
  const storage = createMemoryStorage();
  await storage.write('config.json', bytesOf('{}'));
  for (const [name, tensors] of Object.entries(files)) await storage.write(name, encodeSafetensors(tensors));
  return storage;
}

const halves = (dtype: 'F16' | 'BF16', ...bits: number[]): Tensors =>
  new Map([['bias', { dtype, shape: [bits.length], data: new Uint8Array(Uint16Array.from(bits).buffer) }]]);

function createBias(count: number) {
  const { scope, parameters, dispose } = createParameters(createRandomStream(0));
  scope.create('bias', [count], { initializer: zeros() });
  return { config: {}, parameters, dispose };
}

test('float16 and bfloat16 become the float32 they stand for, with infinities, NaN and subnormals', async () => {
  const expected = [1, -2, 2 ** -24, 65504, Number.POSITIVE_INFINITY, Number.NaN, -0];
  const cases: [string, Tensors, number[]][] = [
    ['fp16', halves('F16', 0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x7e01, 0x8000), expected],
    [
      'bf16',
      halves('BF16', 0x3f80, 0xc000, 0x0001, 0x7f80, 0x7fc1),
      [1, -2, 2 ** -133, Number.POSITIVE_INFINITY, Number.NaN],
    ],
  ];
  for (const [variant, tensors, values] of cases) {
    const storage = await folderOf({ [`${prefix}.${variant}.safetensors`]: tensors });
    const loaded = await loadDiffusersModel(storage, '', () => createBias(values.length), { variant });
    expect(loaded.variant).toBe(variant);
    const read = [...loaded.model.parameters.get('bias')!.variable.dataSync()];
    expect(
      read.every((value, i) => Object.is(value, values[i])),
      `${variant}: ${read}`,
    ).toBe(true);
    loaded.model.dispose();
  }
});

test('full precision goes first, the only variant is taken and named, several need a name', async () => {
  const tensors = threeTensors();
  const single = `${prefix}.safetensors`;
  const fp16 = `${prefix}.fp16.safetensors`;
  const both = await folderOf({ [single]: tensors, [fp16]: tensors });
  expect(await readDiffusersFolder(both, '')).toMatchObject({
    variant: null,
    weightsFiles: [single],
    ignoredFiles: [fp16],
  });
  expect(await readDiffusersFolder(both, '', { variant: 'fp16' })).toMatchObject({
    variant: 'fp16',
    weightsFiles: [fp16],
  });
  const alone = await folderOf({ [fp16]: tensors });
  expect(await readDiffusersFolder(alone, '')).toMatchObject({ variant: 'fp16', weightsFiles: [fp16] });
  const several = await folderOf({ [fp16]: tensors, [`${prefix}.non_ema.safetensors`]: tensors });
  await expect(readDiffusersFolder(several, '')).rejects.toMatchObject({
    code: 'E_CONFIG',
    message: expect.stringMatching(/fp16, non_ema.*variant: 'fp16'/),
  });
  await expect(readDiffusersFolder(alone, '', { variant: 'bf16' })).rejects.toMatchObject({
    code: 'E_NO_RUN',
    message: expect.stringMatching(/model\.bf16\.safetensors.*got fp16/),
  });
  await expect(readDiffusersFolder(both, '', { variant: '../x' })).rejects.toMatchObject({
    code: 'E_NO_RUN',
  });
});

test('shards of a variant are found by its index, and a shard alone is no variant', async () => {
  const shard = `${prefix}.fp16-00001-of-00001.safetensors`;
  const storage = await folderOf({ [shard]: threeTensors() });
  await expect(readDiffusersFolder(storage, '')).rejects.toMatchObject({ code: 'E_NO_RUN' });
  const weightMap = Object.fromEntries([...threeTensors().keys()].map((name) => [name, shard]));
  const index = bytesOf(JSON.stringify({ weight_map: weightMap }));
  await storage.write(`${prefix}.safetensors.index.fp16.json`, index);
  expect(await readDiffusersFolder(storage, '')).toMatchObject({ variant: 'fp16', weightsFiles: [shard] });
});

test('writing over a folder leaves no old shard, index or variant, and a cut write no model', async () => {
  const storage = await shardedFolder();
  await storage.write(`model/${prefix}.fp16.safetensors`, encodeSafetensors(threeTensors()));
  await storage.write('model/notes.txt', bytesOf('kept'));
  const model = createBias(2);
  const cut: Storage = { ...storage, write: () => Promise.reject(new Error('no power')) };
  await expect(writeDiffusersFolder(cut, 'model', { className: 'Tiny', ...model })).rejects.toThrow(
    'no power',
  );
  await expect(readDiffusersFolder(storage, 'model')).rejects.toMatchObject({ code: 'E_NO_RUN' });
  await writeDiffusersFolder(storage, 'model', { className: 'Tiny', ...model });
  expect(await storage.list('model')).toEqual(['config.json', `${prefix}.safetensors`, 'notes.txt']);
  model.dispose();
});

test('projections kept as convolutions of one pixel become linear, other convolutions stay', () => {
  const pixel = safetensorsEntry(Float32Array.of(1, 2, 3, 4), [2, 2, 1, 1]);
  const read = readOldAttention(
    new Map([
      ['mid_block.attentions.0.query.weight', pixel],
      ['down_blocks.1.attentions.0.to_out.0.weight', pixel],
      ['down_blocks.1.attentions.0.proj_in.weight', pixel],
      ['conv.weight', pixel],
    ]),
  );
  expect([...read].map(([name, { shape }]) => [name, shape.length])).toEqual([
    ['mid_block.attentions.0.to_q.weight', 2],
    ['down_blocks.1.attentions.0.to_out.0.weight', 2],
    ['down_blocks.1.attentions.0.proj_in.weight', 4],
    ['conv.weight', 4],
  ]);
  expect(read.get('mid_block.attentions.0.to_q.weight')!.data).toBe(pixel.data);
});

test('an unknown key is refused where it is switched on, and ignored where it is off or private', () => {
  const off = { newer: null, newest: false, _diffusers_version: '9', decay: 0.999, known: 5 };
  expect(() => refuseUnknownKeys(off, ['known'])).not.toThrow();
  for (const value of [true, 0, 1, 'gelu', [], {}]) {
    expect(() => refuseUnknownKeys({ newer: value }, ['known'])).toThrow(
      expect.objectContaining({ code: 'E_CONFIG', message: expect.stringMatching(/newer: .*not known/) }),
    );
  }
});
