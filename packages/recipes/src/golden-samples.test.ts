import { createHash } from 'node:crypto';
import {
  createRandomStream,
  joinBatches,
  readImages,
  selectBackend,
  toUint8,
  trainLoop,
} from '@tintype/core-tensor';
import { describe, expect, test } from 'vitest';
import {
  createSmallSystem,
  type SmallSystem,
  smallSeed,
  smallSystems,
} from './small-systems.test-support.ts';

/**
 * SHA-256 (first 16 digits) of four 8-bit samples after three steps, on cpu. Whatever changes one of
 * these changes everybody's results.
 */
const golden: Readonly<Record<string, string>> = {
  'autoencoder-mnist': 'dab9f032d5b8f4ee',
  'vae-mnist': 'e6747ee2d472a6ec',
  'vq-vae-mnist': 'aa99cd641e4b2916',
  'gan-mnist': 'd787627016553d24',
  'ddpm-mnist': '577e02a0215b85f6',
  'ddpm-points': '5f7fb520db4fce70',
  'latent-diffusion-mnist': '84e3501b22756c8c',
  'cfg-mnist': '90ff8b99836a2888',
};

/** Largest difference of a value in [-1, 1] between cpu and the wasm engine, which fuses multiply and add. */
const tolerance = 2 / 255;

async function samplesOf(system: SmallSystem, seed: number): Promise<Float32Array> {
  const { model, trainStep, batches, dispose } = await createSmallSystem(system);
  for await (const _ of trainLoop(trainStep, batches, { steps: 3, rng: createRandomStream(seed) }));
  const request = { count: 4, firstIndex: 0, rng: createRandomStream(seed), options: system.options };
  const images = await joinBatches(system.recipe.sample(model, request));
  const { values } = await readImages(images);
  images.dispose();
  dispose();
  return values;
}

function hashOf(values: Float32Array): string {
  return createHash('sha256').update(toUint8(values)).digest('hex').slice(0, 16);
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}

describe('samples of a fixed seed', () => {
  test.each(Object.entries(smallSystems))(
    '%s: the images on cpu are those of every earlier version, and wasm gives nearly the same',
    async (name, system) => {
      await selectBackend({ backend: 'cpu' });
      const images = await samplesOf(system, smallSeed);
      const others = await samplesOf(system, smallSeed + 1);
      expect(hashOf(images)).toBe(golden[name]);
      expect(hashOf(others)).not.toBe(golden[name]);
      await selectBackend({ backend: 'wasm' });
      const onWasm = await samplesOf(system, smallSeed);
      const difference = largestDifference(onWasm, images);
      expect(difference).toBeLessThan(tolerance);
      // Images that are still nearly grey are told apart too.
      expect(difference).toBeLessThan(0.05 * largestDifference(onWasm, others));
    },
  );
});
