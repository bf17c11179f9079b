import { createRandomStream, joinBatches, tf } from '@tintype/core-tensor';
import { describeGenerator, describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { defaultGanConfig } from './config.ts';
import { createGan } from './gan.ts';
import { sampleGan } from './sample.ts';

const config = {
  ...defaultGanConfig,
  imageSize: 8,
  latentDim: 5,
  generatorChannels: 3,
  discriminatorChannels: 3,
};
const create = () => createGan(config, createRandomStream(1));
const latentsOf = (count: number) => createRandomStream(2).normal<tf.Rank.R2>([count, 5]);

describeGenerator('GAN', () => {
  const model = create();
  return {
    generate: (request) =>
      joinBatches(sampleGan(model, { ...request, rng: createRandomStream(9), batchSize: 3 })),
    dispose: () => model.dispose(),
  };
});

describeOnBackends('createGan', () => {
  test('the default networks have the size the recipe states', () => {
    const model = createGan(defaultGanConfig, createRandomStream(1));
    const countOf = (prefix: string) =>
      [...model.parameters]
        .filter(([name, { isTrainable }]) => name.startsWith(prefix) && isTrainable)
        .reduce((sum, [, { variable }]) => sum + variable.size, 0);
    // 100·6272 + 2·128 + 128·64·16 + 2·64 + 64·1·16 + 1, and 16·64 + 64 + 64·128·16 + 2·128 + 6272 + 1.
    expect(countOf('generator.')).toBe(759_681);
    expect(countOf('discriminator.')).toBe(138_689);
    model.dispose();
  });

  test('weights start as N(0, 0.02²), scales at 1, offsets at 0', () => {
    const model = createGan({ ...defaultGanConfig, generatorChannels: 16 }, createRandomStream(1));
    const read = (name: string) => [...model.parameters.get(name)!.variable.dataSync()];
    const weights = read('generator.project.weight');
    const deviation = Math.sqrt(weights.reduce((sum, w) => sum + w * w, 0) / weights.length);
    expect(deviation).toBeCloseTo(0.02, 3);
    expect(new Set(read('generator.norm1.weight'))).toEqual(new Set([1]));
    expect(read('discriminator.logit.bias')).toEqual([0]);
    model.dispose();
  });

  test.each([28, 32])(
    'images of %d pixels and their logits have the right shapes and ranges',
    (imageSize) => {
      const model = createGan({ ...config, imageSize, channels: 3 }, createRandomStream(1));
      const images = model.generate(latentsOf(2));
      expect(images.shape).toEqual([2, imageSize, imageSize, 3]);
      expect(images.dataSync().every((value) => value > -1 && value < 1)).toBe(true);
      expect(model.discriminator(images, { isTraining: false }).shape).toEqual([2, 1]);
      model.dispose();
    },
  );

  test('in training an image depends on its batch, in sampling it does not', () => {
    const model = create();
    const latents = latentsOf(4);
    const first = latents.slice([0, 0], [1, 5]);
    const alone = model.generate(first);
    expect(model.generate(latents).slice(0, 1)).toBeAllClose(alone, { rtol: 0, atol: 1e-6 });
    const two = model.generator(latents.slice([0, 0], [2, 5]), { isTraining: true }).slice(0, 1);
    const four = model.generator(latents, { isTraining: true }).slice(0, 1);
    expect(tf.max(tf.abs(two.sub(four))).dataSync()[0]).toBeGreaterThan(1e-4);
    model.dispose();
  });

  test('nothing is left behind, dispose may be called twice, and later use is refused', async () => {
    const model = create();
    const latents = latentsOf(2);
    await expectNoLeaks(() => model.generate(latents).dispose());
    await expectNoLeaks(() => create().dispose());
    model.dispose();
    model.dispose();
    expect(() => model.generate(latents)).toThrow(expect.objectContaining({ code: 'E_DISPOSED' }));
  });

  test('wrong shapes are refused by name', () => {
    const model = create();
    expect(() => model.generate(tf.zeros([2, 4]))).toThrow(/latents.*got \[2, 4\], expected \[any, 5\]/);
    expect(() => model.discriminator(tf.zeros([2, 9, 9, 1]), { isTraining: true })).toThrow(
      /images.*\[2, 9, 9, 1\]/,
    );
    model.dispose();
  });
});
