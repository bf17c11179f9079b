import { selectBackend, tf } from '@tintype/backend';
import { beforeAll, expect, test } from 'vitest';
import { createMemoryStorage } from '../checkpoint/memory-storage.ts';
import { encodeSafetensors } from '../checkpoint/safetensors-encode.ts';
import { safetensorsEntry } from '../checkpoint/safetensors-values.ts';
import type { Storage } from '../checkpoint/storage.ts';
import { createLinear } from '../layers/linear.ts';
import { createParameters } from '../parameters/create-parameters.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import { renameOldAttention } from './attention-names.ts';
import { numberAt } from './json-values.ts';
import { loadDiffusersModel } from './load-model.ts';
import { readDiffusersFolder } from './read-folder.ts';
import { writeDiffusersFolder } from './write-folder.ts';

beforeAll(async () => {
  await selectBackend({ backend: 'cpu' });
});

const weightsPath = 'model/diffusion_pytorch_model.safetensors';

/** A model of one attention projection. */
function createTiny(size: number) {
  const { scope, parameters, dispose } = createParameters(createRandomStream(1));
  const options = { inFeatures: size, outFeatures: 3 };
  createLinear(scope.child('mid_block.attentions.0.to_q'), options);
  return { config: { size }, parameters, dispose };
}

const createFromConfig = (config: Readonly<Record<string, unknown>>) =>
  createTiny(numberAt(config, 'size', 0));

async function writeTiny(size = 2): Promise<Storage> {
  const storage = createMemoryStorage();
  const { config, parameters, dispose } = createTiny(size);
  await writeDiffusersFolder(storage, 'model', { className: 'Tiny', config, parameters });
  dispose();
  return storage;
}

const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });
const bytes = (text: string) => new TextEncoder().encode(text);

test('a folder that was written loads again, and writing it again gives the same bytes', async () => {
  const storage = await writeTiny();
  const text = new TextDecoder().decode(await storage.read('model/config.json'));
  expect(text).toBe('{\n  "_class_name": "Tiny",\n  "size": 2\n}\n');
  const before = await storage.read(weightsPath);
  expect(new TextDecoder().decode(before.slice(8, 44))).toBe('{"__metadata__":{"format":"pt"},"mid');

  const { model, ignoredFiles } = await loadDiffusersModel(storage, 'model', createFromConfig);
  expect(ignoredFiles).toEqual([]);
  await writeDiffusersFolder(storage, 'again', { className: 'Tiny', ...model });
  expect(await storage.read('again/diffusion_pytorch_model.safetensors')).toEqual(before);
  model.dispose();
});

test('scripts and pickles beside the model are listed and never opened', async () => {
  const storage = await writeTiny();
  for (const name of ['modeling_tiny.py', 'diffusion_pytorch_model.bin', 'README.md']) {
    await storage.write(`model/${name}`, bytes('raise SystemExit'));
  }
  const opened: string[] = [];
  const watched: Storage = {
    ...storage,
    read: (path) => {
      opened.push(path);
      return storage.read(path);
    },
  };
  const { ignoredFiles } = await readDiffusersFolder(watched, 'model');
  expect(ignoredFiles).toEqual(['README.md', 'diffusion_pytorch_model.bin', 'modeling_tiny.py']);
  expect(opened).toEqual(['model/config.json', weightsPath]);
});

test('weights that are there as a pickle alone are refused with advice', async () => {
  const storage = await writeTiny();
  for (const name of ['diffusion_pytorch_model.bin', 'model.pt', 'model.ckpt', 'model.pth']) {
    const alone = createMemoryStorage();
    await alone.write('config.json', await storage.read('model/config.json'));
    await alone.write(name, bytes('\x80\x02'));
    await expect(readDiffusersFolder(alone, '')).rejects.toEqual(
      refused('E_SAFETENSORS', /pickle, which can run code.*safe_serialization=True/),
    );
  }
});

test('a missing file, an unsafe path and a broken configuration have their own errors', async () => {
  const storage = await writeTiny();
  await storage.remove(weightsPath);
  await expect(readDiffusersFolder(storage, 'model')).rejects.toEqual(
    refused('E_NO_RUN', /diffusion_pytorch_model\.safetensors: .*got config\.json.*in shards/),
  );
  await expect(readDiffusersFolder(storage, 'nothing')).rejects.toEqual(
    refused('E_NO_RUN', /nothing\/config\.json: .*got no files.*`vae` or `unet`/),
  );
  for (const path of ['../model', 'model/..', '/model', 'model\0']) {
    await expect(readDiffusersFolder(storage, path), path).rejects.toEqual(refused('E_PATH', /not allowed/));
  }
  for (const text of ['[1]', '3', 'null', '{"__proto__": {"polluted": true}}', '{"size": 1e309}', '{']) {
    const broken = await writeTiny();
    await broken.write('model/config.json', bytes(text));
    await expect(readDiffusersFolder(broken, 'model'), text).rejects.toEqual(refused('E_CONFIG', /config/));
  }
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test('weights that do not fit are listed, and nothing stays behind', async () => {
  const storage = await writeTiny();
  await storage.write('model/config.json', bytes('{"size": 4}'));
  const before = tf.memory().numTensors;
  await expect(loadDiffusersModel(storage, 'model', createFromConfig)).rejects.toEqual(
    refused(
      'E_CHECKPOINT_MISMATCH',
      /^model\/diff.*to_q\.weight \(got tensor \[3, 2\], expected tensor \[3, 4\]\)/,
    ),
  );
  expect(tf.memory().numTensors).toBe(before);
});

test('attention names of old diffusers load under those of today, and no others', async () => {
  const storage = await writeTiny();
  const renamed = new Map([
    ['mid_block.attentions.0.query.weight', safetensorsEntry(new Float32Array(6).fill(7), [3, 2])],
    ['mid_block.attentions.0.query.bias', safetensorsEntry(new Float32Array(3).fill(8), [3])],
  ]);
  await storage.write(weightsPath, encodeSafetensors(renamed));
  const { model } = await loadDiffusersModel(storage, 'model', createFromConfig);
  expect([...model.parameters.get('mid_block.attentions.0.to_q.weight')!.variable.dataSync()]).toEqual(
    Array(6).fill(7),
  );
  model.dispose();

  const names = (...given: string[]) => [
    ...renameOldAttention(new Map(given.map((name) => [name, 0]))).keys(),
  ];
  expect(
    names('a.attentions.1.proj_attn.bias', 'a.attentions.1.key.weight', 'attentions.0.value.bias'),
  ).toEqual(['a.attentions.1.to_out.0.bias', 'a.attentions.1.to_k.weight', 'attentions.0.to_v.bias']);
  const kept = ['resnets.0.query.weight', 'attentions.0.query.scale', 'xattentions.0.query.bias'];
  expect(names(...kept)).toEqual(kept);
  const both = ['attentions.0.to_q.bias', 'attentions.0.query.bias'];
  expect(names(...both)).toEqual(both);
});
