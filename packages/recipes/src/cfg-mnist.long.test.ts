import { closeBackend, createRandomStream, selectBackend, trainLoop } from '@tintype/core-tensor';
import { createPackageDataFiles } from '@tintype/datasets/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cfgMnist } from './cfg-mnist.ts';

const files = createPackageDataFiles();

describe('cfg-mnist, trained as the recipe says', () => {
  beforeAll(() => selectBackend({ backend: 'wasm' }));
  afterAll(() => closeBackend());

  test.each([0, 1, 2])(
    'seed %d: at least 85 %% of the digits are read as asked, and about a tenth where the label is ignored',
    async (seed) => {
      const { config, steps, batchSize, sampleOptions } = cfgMnist;
      const rng = createRandomStream(seed);
      const { model, trainStep, ema } = cfgMnist.create(config, rng.fork('model'));
      const batches = await cfgMnist.data({ files, config, batchSize, rng: rng.fork('data') });
      for await (const _ of trainLoop(trainStep, batches, { steps, rng }));
      ema!.swap();
      const accuracy = async (guidanceScale: number) => {
        const options = { ...sampleOptions, guidanceScale };
        const request = { count: 500, rng: rng.fork('samples'), options, files };
        return (await cfgMnist.evaluate!(model, request)).labelAccuracy!;
      };
      expect(await accuracy(sampleOptions.guidanceScale)).toBeGreaterThanOrEqual(0.85);
      expect(await accuracy(0)).toBeLessThan(0.3);
      ema!.swap();
      trainStep.dispose();
      model.dispose();
    },
  );
});
