import { createRandomStream, joinBatches, type Model, tf, trainLoop } from '@tintype/core-tensor';
import { describeGenerator, describeOnBackends, describeTrainStep } from '@tintype/core-tensor/testing';
import { describe, expect, test } from 'vitest';
import { findRecipe } from './find-recipe.ts';
import { recipes } from './recipes.ts';
import {
  createSmallSystem,
  derivedSystems,
  type SmallSystem,
  smallSeed,
  smallSystems,
} from './small-systems.test-support.ts';
import { vaeMnist } from './vae-mnist.ts';

function generate(
  { recipe, options }: SmallSystem,
  model: Model,
  request: { firstIndex: number; count: number },
): Promise<tf.Tensor4D> {
  return joinBatches(recipe.sample(model, { ...request, rng: createRandomStream(smallSeed), options }));
}

for (const [name, each] of Object.entries(smallSystems)) {
  const { settlingSteps = 1 } = each;
  describeTrainStep(name, () => createSmallSystem(each), {
    backends: ['cpu'],
    steps: 2,
    leakSteps: 30,
    settlingSteps,
  });
  describeTrainStep(name, () => createSmallSystem(each), {
    backends: ['wasm'],
    steps: 2,
    leakSteps: 1000,
    settlingSteps,
  });
  describeGenerator(name, async () => {
    const { model, dispose } = await createSmallSystem(each);
    return { generate: (request) => generate(each, model, request), dispose };
  });
}

describeOnBackends(
  'a recipe of the same system on other data',
  () => {
    test.each(Object.entries(derivedSystems))(
      '%s trains, and samples what it was asked for',
      async (_, each) => {
        const before = tf.memory().numTensors;
        const { model, trainStep, batches, dispose } = await createSmallSystem(each);
        const losses: number[] = [];
        for await (const event of trainLoop(trainStep, batches, { steps: 1, rng: createRandomStream(1) })) {
          if (event.type === 'metrics') losses.push(...Object.values(event.values));
        }
        expect(losses.length > 0 && losses.every(Number.isFinite)).toBe(true);
        const images = await generate(each, model, { firstIndex: 0, count: 2 });
        const { imageSize, channels } = model.config as { imageSize?: number; channels?: number };
        expect(images.shape).toEqual([2, imageSize, imageSize, channels]);
        images.dispose();
        dispose();
        expect(tf.memory().numTensors).toBe(before);
      },
    );

    const coded = Object.entries(smallSystems).filter(([, { recipe }]) => recipe.interpolate);
    test.each(coded)(
      '%s: a row from image to image begins and ends with their reconstructions',
      async (_, each) => {
        const { model, trainStep, batches, dispose } = await createSmallSystem(each);
        for await (const _ of trainLoop(trainStep, batches, { steps: 4, rng: createRandomStream(1) }));
        const { images } = await batches.batch(0);
        const { reconstruct, interpolate } = each.recipe;
        const [from, to] = tf.split(images as tf.Tensor4D, 2) as [tf.Tensor4D, tf.Tensor4D];
        const rows = interpolate!(model, { from, to, steps: 3 });
        const own = reconstruct!(model, images as tf.Tensor4D);
        expect(rows.gather([0, 3])).toBeAllClose(own.slice(0, 2), { atol: 1e-5 });
        expect(rows.gather([2, 5])).toBeAllClose(own.slice(2, 2), { atol: 1e-5 });
        expect(own.slice(0, 2)).not.toBeAllClose(own.slice(2, 2), { atol: 1e-5 });
        dispose();
      },
    );
  },
  { backends: ['wasm'] },
);

describe('the recipes', () => {
  test('each is tried above, and has a name of its own', () => {
    const tried = Object.keys({ ...smallSystems, ...derivedSystems });
    expect(recipes.map(({ name }) => name).sort()).toEqual(tried.sort());
  });

  test.each(recipes)('$name can be written down as JSON, sizes and lengths are whole', (recipe) => {
    const { config, sampleOptions, steps, batchSize } = recipe;
    expect(JSON.parse(JSON.stringify({ config, sampleOptions }))).toEqual({ config, sampleOptions });
    expect(Number.isInteger(steps) && Number.isInteger(batchSize)).toBe(true);
  });

  test('an unknown name is refused with the nearest', () => {
    expect(findRecipe('vae-mnist')).toBe(vaeMnist);
    expect(() => findRecipe('vae-mnits')).toThrow('The nearest is vae-mnist.');
  });
});
