import {
  createRandomStream,
  joinBatches,
  loadWeights,
  readWeights,
  type tf,
  trainLoop,
} from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { autoencoderMnist } from './autoencoder-mnist.ts';
import { type AutoencoderSampleOptions, sampleFromLatents } from './autoencoder-with-latents.ts';
import { createSmallSystem, smallSystems } from './small-systems.test-support.ts';

async function trained(steps: number) {
  const system = await createSmallSystem(smallSystems['autoencoder-mnist']!);
  const { trainStep, batches, rng } = system;
  for await (const _ of trainLoop(trainStep, batches, { steps, rng }));
  return { ...system, model: system.model as ReturnType<typeof autoencoderMnist.create>['model'] };
}

const draw = (model: Parameters<typeof sampleFromLatents>[0], latents: AutoencoderSampleOptions['latents']) =>
  joinBatches(
    sampleFromLatents(model, {
      count: 4,
      firstIndex: 0,
      rng: createRandomStream(1),
      options: { batchSize: 3, latents },
    }),
  );

describeOnBackends(
  'an autoencoder with the codes it saw last',
  () => {
    test('keeps the codes of every fourth batch, the newest first', async () => {
      const { model, batches, dispose } = await trained(1);
      const { images } = await batches.batch(0);
      expect(model.keptCodes.slice(0, 4)).toBeAllClose(model.encode(images as tf.Tensor4D));
      dispose();
      const later = await trained(5);
      const { images: fifth } = await later.batches.batch(4);
      expect(later.model.keptCodes.slice(0, 4)).toBeAllClose(later.model.encode(fifth as tf.Tensor4D));
      later.dispose();
    });

    test('samples from its weights alone as it did when they were trained, and each distribution is another', async () => {
      const { model, config, dispose } = await trained(2);
      const other = autoencoderMnist.create(config as typeof autoencoderMnist.config, createRandomStream(7));
      loadWeights(other.model.parameters, await readWeights(model.parameters));
      for (const latents of ['mixture', 'normal', 'standard'] as const) {
        expect(await draw(other.model, latents)).toBeAllClose(await draw(model, latents), {
          atol: 0,
          rtol: 0,
        });
      }
      expect(await draw(model, 'mixture')).not.toBeAllClose(await draw(model, 'normal'), { atol: 1e-4 });
      expect(await draw(model, 'normal')).not.toBeAllClose(await draw(model, 'standard'), { atol: 1e-4 });
      other.trainStep.dispose();
      other.model.dispose();
      dispose();
    });
  },
  { backends: ['wasm'] },
);
