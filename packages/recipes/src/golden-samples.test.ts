import { createHash } from 'node:crypto';
import { createRandomStream, joinBatches, readImages, toUint8, trainLoop } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import {
  createSmallSystem,
  type SmallSystem,
  smallSeed,
  smallSystems,
} from './small-systems.test-support.ts';

/**
 * SHA-256 (first 16 digits) of four 8-bit samples after three steps, on cpu and wasm alike. Whatever changes one of
 * these changes everybody's results.
 */
const golden: Readonly<Record<string, string>> = {
  'vae-mnist': 'e6747ee2d472a6ec',
  'gan-mnist': '5a5f307aa9ce504d',
  'ddpm-mnist': '85d6155625d8c8cc',
  'cfg-mnist': '90ff8b99836a2888',
};

async function hashOfSamples(system: SmallSystem, seed: number): Promise<string> {
  const { model, trainStep, batches, dispose } = await createSmallSystem(system);
  for await (const _ of trainLoop(trainStep, batches, { steps: 3, rng: createRandomStream(seed) }));
  const request = { count: 4, firstIndex: 0, rng: createRandomStream(seed), options: system.options };
  const images = await joinBatches(system.recipe.sample(model, request));
  const { values } = await readImages(images);
  images.dispose();
  dispose();
  return createHash('sha256').update(toUint8(values)).digest('hex').slice(0, 16);
}

describeOnBackends('samples of a fixed seed', () => {
  test.each(Object.entries(smallSystems))(
    '%s: the images are those of every earlier version',
    async (name, system) => {
      expect(await hashOfSamples(system, smallSeed)).toBe(golden[name]);
      expect(await hashOfSamples(system, smallSeed + 1)).not.toBe(golden[name]);
    },
  );
});
