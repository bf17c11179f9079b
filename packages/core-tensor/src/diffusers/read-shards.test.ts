import { expect, test } from 'vitest';
import { decodeSafetensors } from '../checkpoint/safetensors-decode.ts';
import { encodeSafetensors } from '../checkpoint/safetensors-encode.ts';
import { safetensorsEntry } from '../checkpoint/safetensors-values.ts';
import { readDiffusersFolder } from './read-folder.ts';
import { bytesOf, indexName, shardedFolder, shardNames, threeTensors } from './tiny-folder.test-support.ts';

const [first, second] = shardNames;
const right = { 'a.weight': first, 'b.weight': first, 'c.weight': second };

test('shards join to the tensors of the whole file, bit for bit', async () => {
  const { tensors, weightsFiles, ignoredFiles } = await readDiffusersFolder(await shardedFolder(), 'model');
  expect(encodeSafetensors(tensors)).toEqual(encodeSafetensors(threeTensors()));
  expect(new Map(tensors)).toEqual(decodeSafetensors(encodeSafetensors(threeTensors())));
  expect(weightsFiles).toEqual([first, second]);
  expect(ignoredFiles).toEqual([]);
});

test('an index goes before a single file, which is listed as ignored', async () => {
  const storage = await shardedFolder();
  const name = 'diffusion_pytorch_model.safetensors';
  await storage.write(`model/${name}`, bytesOf('not opened'));
  expect((await readDiffusersFolder(storage, 'model')).ignoredFiles).toEqual([name]);
});

test('a shard that is missing is named', async () => {
  const storage = await shardedFolder();
  await storage.remove(`model/${second}`);
  await expect(readDiffusersFolder(storage, 'model')).rejects.toMatchObject({
    code: 'E_NO_RUN',
    message: expect.stringMatching(/model\/diffusion_pytorch_model-00002-of-00002\.safetensors/),
  });
});

test('an index that says other than its shards is refused by the name of the tensor', async () => {
  const wrong: [Record<string, unknown>, RegExp][] = [
    [{ ...right, 'c.weight': first }, /elsewhere: c\.weight|not in its shard: c\.weight/],
    [{ ...right, 'd.weight': second }, /not in its shard: d\.weight/],
    [{ 'a.weight': first, 'c.weight': second }, /elsewhere: b\.weight/],
    [{}, /names no tensor/],
    [{ ...right, 'a.weight': 7 }, /not text.*got 7/],
    [{ ...right, 'a.weight': null }, /not text/],
    [{ ...right, '../a': first }, /path out of its folder/],
    [{ ...right, '': first }, /name is empty/],
    [{ ...right, 'a.weight': 'pytorch_model.bin' }, /not opened/],
  ];
  for (const [weightMap, message] of wrong) {
    const storage = await shardedFolder({ weightMap });
    await expect(readDiffusersFolder(storage, 'model'), String(message)).rejects.toMatchObject({
      code: 'E_SAFETENSORS',
      message: expect.stringMatching(message),
    });
  }
});

test('a tensor that lies in two shards is refused', async () => {
  const again = new Map([['a.weight', safetensorsEntry(Float32Array.of(9), [1])]]);
  const whole = [...threeTensors()];
  const shards = {
    [first]: new Map(whole.slice(0, 2)),
    [second]: new Map([...whole.slice(2), ...again]),
  };
  await expect(readDiffusersFolder(await shardedFolder({ shards }), 'model')).rejects.toMatchObject({
    code: 'E_SAFETENSORS',
    message: expect.stringMatching(/elsewhere: a\.weight/),
  });
});

test('a shard outside the folder is refused before anything is opened', async () => {
  const paths = ['../x.safetensors', '/etc/x.safetensors', 'a/b.safetensors', 'a\\b.safetensors', '..', ''];
  for (const path of [...paths, 'x\0.safetensors', 'nul.safetensors', 'a/../b.safetensors', 'C:x']) {
    const storage = await shardedFolder({ weightMap: { ...right, 'c.weight': path } });
    await storage.write('x.safetensors', encodeSafetensors(threeTensors()));
    const opened: string[] = [];
    const watched = {
      ...storage,
      read: (name: string) => {
        opened.push(name);
        return storage.read(name);
      },
    };
    await expect(readDiffusersFolder(watched, 'model'), path).rejects.toMatchObject({ code: 'E_PATH' });
    expect(opened.filter((name) => name.endsWith('.safetensors'))).toEqual([]);
  }
});

test('an index that is no index is refused, whatever it is', async () => {
  const hostile: [string, string][] = [
    ['', 'E_CONFIG'],
    ['{', 'E_CONFIG'],
    ['null', 'E_SAFETENSORS'],
    ['[]', 'E_SAFETENSORS'],
    ['{}', 'E_SAFETENSORS'],
    ['{"weight_map": []}', 'E_SAFETENSORS'],
    ['{"weight_map": "x"}', 'E_SAFETENSORS'],
    [`{"weight_map": {"__proto__": "${first}"}}`, 'E_CONFIG'],
    [`{"weight_map": {"constructor": "${first}"}}`, 'E_CONFIG'],
    [`${'['.repeat(100)}${']'.repeat(100)}`, 'E_CONFIG'],
    [' '.repeat(4 * 1024 * 1024 + 1), 'E_CONFIG'],
    [
      JSON.stringify({
        weight_map: Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [i, first])),
      }),
      'E_SAFETENSORS',
    ],
  ];
  for (const [text, code] of hostile) {
    const storage = await shardedFolder();
    await storage.write(`model/${indexName}`, bytesOf(text));
    await expect(readDiffusersFolder(storage, 'model'), text.slice(0, 40)).rejects.toMatchObject({ code });
  }
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test('a damaged byte anywhere in an index gives the same tensors or a typed error', async () => {
  const storage = await shardedFolder();
  const index = await storage.read(`model/${indexName}`);
  const whole = encodeSafetensors(threeTensors());
  let refused = 0;
  for (let at = 0; at < index.length; at += 1) {
    for (const flip of [1, 32, 255]) {
      const damaged = index.slice();
      damaged[at]! ^= flip;
      await storage.write(`model/${indexName}`, damaged);
      try {
        const { tensors } = await readDiffusersFolder(storage, 'model');
        expect(encodeSafetensors(tensors)).toEqual(whole);
      } catch (error) {
        refused += 1;
        expect(error).toMatchObject({ code: expect.stringMatching(/^E_(CONFIG|SAFETENSORS|PATH|NO_RUN)$/) });
      }
    }
  }
  expect(refused).toBeGreaterThan(index.length);
});
