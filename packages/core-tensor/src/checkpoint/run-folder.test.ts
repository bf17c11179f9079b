import { number, strictObject, string } from 'valibot';
import { expect, test } from 'vitest';
import { encodePng } from '../images/encode-png.ts';
import { createMemoryStorage } from './memory-storage.ts';
import { createRunFolder } from './run-folder.ts';

const text = async (storage: ReturnType<typeof createMemoryStorage>, path: string) =>
  new TextDecoder().decode(await storage.read(path));
const now = () => 1_700_000_000_000;
const schema = strictObject({ recipe: string(), steps: number() });

test('recipe.json is written and read against its schema', async () => {
  const storage = createMemoryStorage();
  const folder = createRunFolder(storage);
  await expect(folder.readRecipe(schema)).rejects.toMatchObject({ code: 'E_NO_RUN' });
  await folder.writeRecipe({ recipe: 'vae-mnist', steps: 10 });
  expect(await folder.readRecipe(schema)).toEqual({ recipe: 'vae-mnist', steps: 10 });
  await folder.writeRecipe({ recipe: 'vae-mnist', stepz: 10 });
  await expect(folder.readRecipe(schema)).rejects.toMatchObject({ code: 'E_UNKNOWN_OPTION' });
  await storage.write('recipe.json', new TextEncoder().encode('{"recipe":"a","steps":1e309}'));
  await expect(folder.readRecipe(schema)).rejects.toMatchObject({ code: 'E_CONFIG' });
});

test('metrics stand one object a line, and a value that is not finite as null', async () => {
  const storage = createMemoryStorage();
  const folder = createRunFolder(storage, { now });
  await folder.logMetrics(50, { loss: 0.5 });
  await folder.logMetrics(100, { loss: Number.NaN, 'd/real': -1 });
  expect(await text(storage, 'metrics.jsonl')).toBe(
    '{"step":50,"loss":0.5}\n{"step":100,"loss":null,"d/real":-1}\n',
  );
  expect(await folder.readMetrics()).toHaveLength(2);
  expect(await storage.list('')).toEqual(['events.out.tfevents.1700000000000.tintype', 'metrics.jsonl']);
  await expect(folder.logMetrics(1, { step: 2 })).rejects.toMatchObject({ code: 'E_CONFIG' });
});

test('a line that a kill cut short is left out, and the next one stands on its own', async () => {
  const storage = createMemoryStorage();
  await createRunFolder(storage, { now }).logMetrics(1, { loss: 1 });
  await storage.append('metrics.jsonl', new TextEncoder().encode('{"step":2,"lo'));
  const folder = createRunFolder(storage, { now });
  await folder.logMetrics(3, { loss: 3 });
  expect(await folder.readMetrics()).toEqual([
    { step: 1, loss: 1 },
    { step: 3, loss: 3 },
  ]);
});

test('on resuming, metrics after the checkpoint are dropped', async () => {
  const storage = createMemoryStorage();
  const folder = createRunFolder(storage, { now });
  await folder.dropMetricsAfter(5);
  for (const step of [10, 20, 30]) await folder.logMetrics(step, { loss: step });
  await folder.dropMetricsAfter(20);
  await folder.logMetrics(21, { loss: 21 });
  expect((await folder.readMetrics()).map(({ step }) => step)).toEqual([10, 20, 21]);
});

test('samples go into their folder, with a step into the TensorBoard file too', async () => {
  const storage = createMemoryStorage();
  const folder = createRunFolder(storage, { now });
  const png = encodePng({ width: 2, height: 1, channels: 3, values: Uint8Array.of(1, 2, 3, 4, 5, 6) });
  expect(await folder.writeSample('step-0000010.png', png)).toBe('samples/step-0000010.png');
  expect(await storage.list('')).toEqual(['samples']);
  await folder.writeSample('final.png', png, 10);
  const events = Buffer.from(await storage.read('events.out.tfevents.1700000000000.tintype'));
  expect(events.includes(Buffer.from(png))).toBe(true);
  await expect(folder.writeSample('../x.png', png)).rejects.toMatchObject({ code: 'E_PATH' });
  await expect(folder.writeSample('x.png', Uint8Array.of(1, 2, 3))).rejects.toMatchObject({
    code: 'E_IMAGE',
  });
});
