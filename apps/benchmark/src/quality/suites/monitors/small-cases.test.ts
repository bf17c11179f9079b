import { createRandomStream, type RandomStream, selectBackend } from '@tintype/core-tensor';
import { expectNoLeaks } from '@tintype/core-tensor/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { smallSystems } from './small-cases.ts';
import { type SmallTraining, watchTraining } from './small-training.ts';

const seeds = [0, 1, 2];

// One thread: starting workers costs more than networks of this size save.
beforeAll(() => selectBackend({ backend: 'wasm', threads: 1 }));

async function verdictsOf(
  create: (rng: RandomStream) => SmallTraining,
  seed: number,
  steps: number,
  until?: string,
) {
  const rng = createRandomStream(seed);
  const verdicts = await watchTraining(create(rng), { steps, rng, ...(until !== undefined && { until }) });
  return verdicts.map(({ verdict }) => verdict);
}

test('each of the twelve verdicts has a fault that must cause it', () => {
  const verdicts = smallSystems.flatMap(({ faults }) => faults.map(({ verdict }) => verdict));
  expect([...new Set(verdicts)].sort()).toEqual([
    'codebook-collapse',
    'constant-output',
    'cycle-steganography',
    'discriminator-generator-imbalance',
    'divergence',
    'duplicate-latents',
    'ema-gap',
    'ignored-condition',
    'memorization',
    'mode-collapse',
    'overfitting-discriminator',
    'posterior-collapse',
  ]);
});

for (const { name, steps, create, faults } of smallSystems) {
  describe(name, () => {
    test(`no monitor says anything in ${steps} healthy steps, with three seeds`, async () => {
      for (const seed of seeds) expect(await verdictsOf(create, seed, steps)).toEqual([]);
    });

    test.each(faults)('$name: $verdict within $steps steps, with three seeds', async (fault) => {
      for (const seed of seeds) {
        expect(await verdictsOf(fault.create, seed, fault.steps, fault.verdict)).toContain(fault.verdict);
      }
    });

    test('its monitors leave no tensor behind', async () => {
      await expectNoLeaks(() => verdictsOf(create, 0, 100), 1);
    });
  });
}
