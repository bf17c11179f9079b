import { createRandomStream, tf, trainLoop } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import type { LatentDiffusion } from './latent-diffusion.ts';
import { latentDiffusionMnist } from './latent-diffusion-mnist.ts';
import type { SampleFrame } from './recipe.ts';
import { createSmallSystem, smallSystems } from './small-systems.test-support.ts';

const small = smallSystems['latent-diffusion-mnist']!;

async function trained(steps: number) {
  const { model, trainStep, batches, dispose } = await createSmallSystem(small);
  for await (const _ of trainLoop(trainStep, batches, { steps, rng: createRandomStream(1) }));
  const weightsOf = (prefix: string) =>
    [...model.parameters].flatMap(([name, { variable }]) =>
      name.startsWith(prefix) ? [...variable.dataSync()] : [],
    );
  return { model: model as LatentDiffusion, batches, weightsOf, dispose };
}

describeOnBackends(
  'latent diffusion',
  () => {
    test('the scale is measured when the first stage ends, and gives latents of unit deviation', async () => {
      const early = await trained(1);
      expect(early.weightsOf('first_stage.latents.scale')).toEqual([1]);
      const { model, batches, dispose } = await trained(2);
      const { images } = await batches.batch(1);
      const deviation = tf.tidy(() => {
        const { variance } = tf.moments(model.firstStage.encodeScaled(images as tf.Tensor4D));
        return variance.sqrt().dataSync()[0]!;
      });
      expect(deviation).toBeCloseTo(1, 4);
      const { scale } = await model.firstStage.codec();
      expect(Math.abs(scale - 1)).toBeGreaterThan(0.1);
      early.dispose();
      dispose();
    });

    test('the stages follow one another: each leaves the weights of the other alone', async () => {
      const [before, first, second] = [await trained(1), await trained(2), await trained(4)];
      expect(first.weightsOf('first_stage.vae')).not.toEqual(before.weightsOf('first_stage.vae'));
      expect(first.weightsOf('denoiser')).toEqual(before.weightsOf('denoiser'));
      expect(second.weightsOf('first_stage')).toEqual(first.weightsOf('first_stage'));
      expect(second.weightsOf('denoiser')).not.toEqual(first.weightsOf('denoiser'));
      for (const each of [before, first, second]) each.dispose();
    });

    test('steps are shown as decoded images, the last of them the sample itself', async () => {
      const { model, dispose } = await trained(3);
      const shown: number[][] = [];
      let last: Float32Array | undefined;
      const request = { count: 3, firstIndex: 5, rng: createRandomStream(0) };
      const options = { ...latentDiffusionMnist.sampleOptions, numInferenceSteps: 3, batchSize: 2 };
      const onStep = ({ images, firstIndex, stepsDone, stepCount }: SampleFrame) => {
        shown.push([firstIndex, stepsDone, stepCount, ...images.shape]);
        last = images.dataSync() as Float32Array;
      };
      const before = tf.memory().numTensors;
      for await (const images of latentDiffusionMnist.sample(model, { ...request, options, onStep })) {
        expect(images.dataSync()).toEqual(last);
        images.dispose();
      }
      expect(tf.memory().numTensors).toBe(before);
      const frames = (first: number, count: number) =>
        [1, 2, 3].map((done) => [first, done, 3, count, 8, 8, 1]);
      expect(shown).toEqual([...frames(5, 2), ...frames(7, 1)]);
      dispose();
    });

    test('a denoiser that is refused leaves nothing of the first stage', () => {
      const before = tf.memory().numTensors;
      const config = { ...latentDiffusionMnist.config, ...small.changes, blockOutChannels: [7] };
      expect(() => latentDiffusionMnist.create(config, createRandomStream(0))).toThrow(
        expect.objectContaining({ code: 'E_CONFIG' }),
      );
      expect(tf.memory().numTensors).toBe(before);
    });
  },
  { backends: ['cpu'] },
);
