import { createRandomStream, type Model, type tf } from '@tintype/core-tensor';
import { describeGenerator, describeTrainStep } from '@tintype/core-tensor/testing';
import type { ImageDataset } from '@tintype/datasets';
import { describe, expect, test } from 'vitest';
import { ddpmMnist } from './ddpm-mnist.ts';
import { findRecipe } from './find-recipe.ts';
import { ganMnist } from './gan-mnist.ts';
import { joinBatches } from './join-batches.ts';
import type { Recipe } from './recipe.ts';
import { recipes } from './recipes.ts';
import { vaeMnist } from './vae-mnist.ts';

const imageSize = 8;
const seed = 1;

/** Pictures that differ, instead of the digits. */
const pictures: ImageDataset = {
  name: 'pictures',
  size: 20,
  height: imageSize,
  width: imageSize,
  channels: 1,
  pixels: Uint8Array.from({ length: 20 * imageSize ** 2 }, (_, i) => (i * 37 + (i >> 4) * 11) % 256),
};

interface Small {
  readonly recipe: Recipe;
  /** What of the recipe's config is made small. */
  readonly changes: object;
  readonly options: object;
}

const small: Readonly<Record<string, Small>> = {
  'vae-mnist': {
    recipe: vaeMnist,
    changes: { imageSize, hiddenUnits: [6], latentDim: 2 },
    options: { batchSize: 3 },
  },
  'gan-mnist': {
    recipe: ganMnist,
    changes: { imageSize, latentDim: 4, generatorChannels: 4, discriminatorChannels: 4 },
    options: { batchSize: 3 },
  },
  'ddpm-mnist': {
    recipe: ddpmMnist,
    changes: { imageSize, blockOutChannels: [8, 8], normGroups: 4, timesteps: 10 },
    options: { numInferenceSteps: 3, eta: 1, batchSize: 3 },
  },
};

async function createSystem({ recipe, changes }: Small) {
  const rng = createRandomStream(seed);
  const config = { ...recipe.config, ...changes };
  const { model, trainStep } = recipe.create(config, rng.fork('model'));
  const files = { read: () => Promise.reject(new Error('the test has pictures of its own')) };
  const batches = await recipe.data({
    files,
    config,
    batchSize: 4,
    rng: rng.fork('data'),
    loadImages: async () => pictures,
  });
  const dispose = () => {
    trainStep.dispose();
    model.dispose();
  };
  return { model, trainStep, batches, rng, dispose };
}

function generate(
  { recipe, options }: Small,
  model: Model,
  request: { firstIndex: number; count: number },
): Promise<tf.Tensor4D> {
  return joinBatches(recipe.sample(model, { ...request, rng: createRandomStream(seed), options }));
}

for (const [name, each] of Object.entries(small)) {
  describeTrainStep(name, () => createSystem(each), { steps: 2 });
  describeGenerator(name, async () => {
    const { model, dispose } = await createSystem(each);
    return { generate: (request) => generate(each, model, request), dispose };
  });
}

describe('the recipes', () => {
  test('each is tried above, and has a name of its own', () => {
    expect(recipes.map(({ name }) => name)).toEqual(Object.keys(small));
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
