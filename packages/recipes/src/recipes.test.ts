import { createRandomStream, joinBatches, type Model, type tf } from '@tintype/core-tensor';
import { describeGenerator, describeTrainStep } from '@tintype/core-tensor/testing';
import { describe, expect, test } from 'vitest';
import { findRecipe } from './find-recipe.ts';
import { recipes } from './recipes.ts';
import {
  createSmallSystem,
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
  describeTrainStep(name, () => createSmallSystem(each), { steps: 2, leakSteps: 1000 });
  describeGenerator(name, async () => {
    const { model, dispose } = await createSmallSystem(each);
    return { generate: (request) => generate(each, model, request), dispose };
  });
}

describe('the recipes', () => {
  test('each is tried above, and has a name of its own', () => {
    expect(recipes.map(({ name }) => name)).toEqual(Object.keys(smallSystems));
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
