import {
  createRandomStream,
  readWeights,
  safetensorsEntry,
  selectBackend,
  toFloat32,
} from '@tintype/core-tensor';
import { expect, test } from 'vitest';
import { loadTrained } from './load-trained.ts';
import { tinyRecipe } from './tiny-recipe.test-support.ts';

test('the average is put over the weights where the run keeps one', async () => {
  await selectBackend({ backend: 'cpu' });
  const { model, trainStep } = tinyRecipe.create(tinyRecipe.config, createRandomStream(1));
  const weights = await readWeights(model.parameters);
  const [name, first] = [...weights][0]!;
  const average = safetensorsEntry(
    toFloat32(first).map((value) => value / 2),
    first.shape,
  );
  const kept = { step: 1, values: {} };

  expect(loadTrained(model, { ...kept, tensors: new Map([['model', weights]]) })).toBe('model');
  expect(toFloat32((await readWeights(model.parameters)).get(name)!)).toEqual(toFloat32(first));
  const tensors = new Map([
    ['model', weights],
    ['ema', new Map([[name, average]])],
  ]);
  expect(loadTrained(model, { ...kept, tensors })).toBe('ema');
  expect(toFloat32((await readWeights(model.parameters)).get(name)!)).toEqual(toFloat32(average));
  trainStep.dispose();
  model.dispose();
});
