import { createAdam, createEma, createRandomStream, tf, trainLoop } from '@tintype/core-tensor';
import { describeOnBackends, describeTrainStep } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import { createUNet2d } from '../unet/unet-2d.ts';
import { createDdpmTrainStep, type DdpmTrainStepOptions } from './train-step.ts';

const schedule = createNoiseSchedule({ kind: 'cosine', timesteps: 50 });

function createTinySystem(options: Partial<DdpmTrainStepOptions> = {}, seed = 3, batchSize = 2) {
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
      images: rng.fork('data').fork(step).uniform<tf.Rank.R4>([batchSize, 8, 8, 1], -1, 1),
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

describeTrainStep('ddpm in slices', () => createTinySystem({ accumulate: 2 }, 3, 3));

describeOnBackends('the DDPM train step', () => {
  /** The moments of Adam after one step are the clipped gradients, times 1 − β₁. */
  const momentsAfterStep = async (accumulate: number, seed = 3) => {
    const system = createTinySystem({ accumulate }, seed, 5);
    const names = [...system.model.parameters.keys()].filter((name) => name.endsWith('weight'));
    const stirred = createRandomStream(8);
    tf.tidy(() => {
      // Zero layers would hide most gradients.
      for (const name of names) {
        const { variable } = system.model.parameters.get(name)!;
        variable.assign(tf.add(variable, stirred.fork(name).normal(variable.shape as [number], 0, 0.1)));
      }
    });
    const { trainStep, batches, rng } = system;
    let loss = 0;
    for await (const event of trainLoop(trainStep, batches, { steps: 1, rng })) {
      if (event.type === 'metrics') loss = event.values.loss!;
    }
    const moments = [...trainStep.state.tensors()].filter(([name]) => name.endsWith('/exp_avg'));
    const values = moments.flatMap(([, { tensor }]) => [...tensor.dataSync()]);
    system.dispose();
    return { loss, values };
  };

  test('in slices it descends on the gradient of the whole batch, dropout included', async () => {
    const whole = await momentsAfterStep(1);
    expect(whole.values.length).toBeGreaterThan(1000);
    for (const accumulate of [2, 5]) {
      const sliced = await momentsAfterStep(accumulate);
      expect(sliced.loss).toBeCloseTo(whole.loss, 5);
      expect(sliced.values).toBeAllClose(whole.values, { rtol: 1e-5 });
    }
    expect((await momentsAfterStep(1, 4)).values).not.toBeAllClose(whole.values, { rtol: 1e-2 });
  });

  test('conditions are cut with the batch', async () => {
    const seen: number[][] = [];
    const labels = () => tf.tensor1d([3, 1, 2, 5, 4], 'int32');
    const system = createTinySystem({ accumulate: 2, condition: () => ({ labels: labels() }) }, 3, 5);
    const { predict } = system.model;
    system.model.predict = (xt, t, options) => {
      seen.push([...options!.condition!.labels!.dataSync()]);
      return predict(xt, t, { ...options, condition: undefined });
    };
    for await (const _ of trainLoop(system.trainStep, system.batches, { steps: 1, rng: system.rng }));
    expect(seen).toEqual([
      [3, 1, 2],
      [5, 4],
    ]);
    system.dispose();
  });

  test('an impossible number of slices is refused', () => {
    expect(() => createTinySystem({ accumulate: 0 })).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
  });

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
