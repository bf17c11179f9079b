import { createRandomStream, type MonitorContext, tf, trainLoop } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { createPackageDataFiles } from '@tintype/datasets/node';
import { expect, test } from 'vitest';
import { createSmallSystem, pictures, type SmallSystem, smallSystems } from './small-systems.test-support.ts';

const files = createPackageDataFiles();

/** What each recipe is watched for; with fewer than 64 images, and with the user's own, some are left out. */
const watched: Readonly<Record<string, { readonly digits: string[]; readonly own: string[] }>> = {
  'autoencoder-mnist': {
    digits: ['divergence', 'constant-output'],
    own: ['divergence', 'constant-output'],
  },
  'vq-vae-mnist': {
    digits: ['divergence', 'codebook-collapse', 'constant-output'],
    own: ['divergence', 'codebook-collapse', 'constant-output'],
  },
  'vae-mnist': {
    digits: ['divergence', 'posterior-collapse', 'constant-output'],
    own: ['divergence', 'posterior-collapse', 'constant-output'],
  },
  'gan-mnist': {
    digits: [
      'divergence',
      'discriminator-generator-imbalance',
      'duplicate-latents',
      'ema-gap',
      'mode-collapse',
      'overfitting-discriminator',
      'memorization',
    ],
    own: ['divergence', 'discriminator-generator-imbalance', 'duplicate-latents', 'ema-gap'],
  },
  'ddpm-mnist': {
    digits: ['divergence', 'ema-gap', 'constant-output'],
    own: ['divergence', 'ema-gap', 'constant-output'],
  },
  'ddpm-points': { digits: ['divergence', 'ema-gap'], own: ['divergence', 'ema-gap'] },
  'latent-diffusion-mnist': {
    digits: ['divergence', 'ema-gap', 'constant-output'],
    own: ['divergence', 'ema-gap', 'constant-output'],
  },
  'cfg-mnist': {
    digits: ['divergence', 'ema-gap', 'ignored-condition'],
    own: ['divergence', 'ema-gap', 'ignored-condition'],
  },
};

/** Trains three steps, asks every monitor twice, and says which there were, what they read and what is left over. */
async function watch(system: SmallSystem, request: { readonly images?: typeof pictures }) {
  const before = tf.memory().numTensors;
  const { model, trainStep, batches, ema, config, rng, dispose } = await createSmallSystem(system);
  const monitors = await system.recipe.monitors(
    { model, trainStep, ...(ema && { ema }) },
    {
      files,
      config,
      ...request,
    },
  );
  const weights = () => [...model.parameters.values()].flatMap(({ variable }) => [...variable.dataSync()]);
  let values: MonitorContext['values'] = {};
  for await (const event of trainLoop(trainStep, batches, { steps: 3, rng })) {
    if (event.type === 'metrics') values = event.values;
  }
  const trained = weights();
  for (const monitor of monitors) {
    for (const step of [3, 4]) await monitor.check({ step, values, rng: createRandomStream(step) });
  }
  const isUntouched = weights().every((value, i) => value === trained[i]);
  for (const monitor of monitors) monitor.dispose?.();
  dispose();
  return {
    names: monitors.map(({ name }) => name),
    intervals: monitors.map(({ interval }) => interval),
    isUntouched,
    leaked: tf.memory().numTensors - before,
  };
}

describeOnBackends(
  'the monitors of a recipe',
  () => {
    test.each(Object.entries(smallSystems))(
      '%s: watch digits and own images, read without touching the weights, and leave nothing',
      async (name, system) => {
        const digits = await watch(system, {});
        expect(digits).toMatchObject({ names: watched[name]!.digits, isUntouched: true, leaked: 0 });
        const own = await watch(system, { images: pictures });
        expect(own).toMatchObject({ names: watched[name]!.own, isUntouched: true, leaked: 0 });
      },
    );

    test.each(['gan-mnist', 'cfg-mnist'])(
      '%s: digits of 28 pixels are read with the digit network, which is freed',
      async (name) => {
        const { changes, ...system } = smallSystems[name]!;
        const classes = name === 'cfg-mnist' ? { numClasses: 10 } : {};
        const large = { ...system, changes: { ...changes, ...classes, imageSize: 28 } };
        expect(await watch(large, {})).toMatchObject({ isUntouched: true, leaked: 0 });
      },
    );
  },
  { backends: ['wasm'] },
);
