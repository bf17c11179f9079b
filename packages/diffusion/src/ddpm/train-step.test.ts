import { createAdam, createEma, createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, describeTrainStep } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import { createUNet2d } from '../unet/unet-2d.ts';
import { createDdpmTrainStep, type DdpmTrainStepOptions } from './train-step.ts';

const schedule = createNoiseSchedule({ kind: 'cosine', timesteps: 50 });

function createTinySystem(options: Partial<DdpmTrainStepOptions> = {}, seed = 3) {
  const rng = createRandomStream(seed);
  const model = createUNet2d(
    {
      imageSize: 8,
      channels: 1,
      patchSize: 2,
      blockOutChannels: [4, 8],
      layersPerBlock: 1,
      normGroups: 2,
      attentionHeadDim: 4,
      dropout: 0.1,
    },
    rng.fork('init'),
  );
  const ema = createEma(model.parameters, { emaDecay: 0.99 });
  const denoiser = createAdam(model.parameters, { learningRate: 1e-2 });
  const trainStep = createDdpmTrainStep(model, { denoiser }, { schedule, ema, ...options });
  const batches = {
    batch: (step: number) => ({
      images: rng.fork('data').fork(step).uniform<tf.Rank.R4>([2, 8, 8, 1], -1, 1),
    }),
  };
  const dispose = () => {
    trainStep.dispose();
    model.dispose();
  };
  return { trainStep, batches, rng, model, dispose };
}

describeTrainStep('ddpm', () => createTinySystem());
describeTrainStep('ddpm', () => createTinySystem(), { backends: ['webgpu'], steps: 2, leakSteps: 4 });

describeOnBackends('the DDPM train step', () => {
  test('a clip that is not above 0 is refused', () => {
    for (const gradientClip of [0, -1, Number.NaN]) {
      expect(() => createTinySystem({ gradientClip })).toThrow(/must be above 0/);
    }
  });

  test('timesteps and noise are new at every step and equal for equal steps', () => {
    const system = createTinySystem();
    const losses = [0, 1, 1].map((step) =>
      tf.tidy(() => {
        // The model is put back each time, so that only the draws differ.
        for (const { variable } of system.model.parameters.values()) variable.assign(tf.zerosLike(variable));
        const [phase] = system.trainStep.phases;
        const images = tf.zeros<tf.Rank.R4>([2, 8, 8, 1]);
        const rng = system.rng.fork('train').fork('denoiser').fork(step);
        return phase!.run({ images }, { step, rng, shared: new Map() }).loss!.dataSync()[0]!;
      }),
    );
    expect(losses[1]).toBe(losses[2]);
    expect(losses[0]).not.toBe(losses[1]);
    system.dispose();
  });
});
