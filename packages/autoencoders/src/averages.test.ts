import { createAdam, createEma, createRandomStream, type Model, tf, trainLoop } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { createAutoencoder, createAutoencoderTrainStep } from './autoencoder/index.ts';
import { tinyConfig as tinyAutoencoder } from './autoencoder/tiny-autoencoder.test-support.ts';
import { createAutoencoderKl, createAutoencoderKlTrainStep } from './autoencoder-kl/index.ts';
import { tinyConfig as tinyAutoencoderKl } from './autoencoder-kl/tiny-autoencoder-kl.test-support.ts';
import { createCodePriorTrainStep } from './code-prior/index.ts';
import { createTinyPrior } from './code-prior/tiny-code-prior.test-support.ts';
import { createVae, createVaeTrainStep, defaultVaeConfig } from './vae/index.ts';
import { createVqModel, createVqModelTrainStep } from './vq-model/index.ts';
import { tinyConfig as tinyVqModel } from './vq-model/tiny-vq-model.test-support.ts';
import { createVqVae, createVqVaeTrainStep } from './vq-vae/index.ts';
import { tinyVqVaeConfig } from './vq-vae/tiny-vq-vae.test-support.ts';

const rng = createRandomStream(1);
const tinyVae = { ...defaultVaeConfig, imageSize: 4, hiddenUnits: [4], latentDim: 2 };
const codesOf = () => tf.zeros<tf.Rank.R3>([2, 3, 3], 'int32');

/** A model of each system, its train step with an average, and the side of its images. */
const systems = {
  autoencoder: () => withAverage(createAutoencoder(tinyAutoencoder, rng), createAutoencoderTrainStep, 4),
  vae: () => withAverage(createVae(tinyVae, rng), createVaeTrainStep, 4),
  'vq-vae': () => withAverage(createVqVae(tinyVqVaeConfig, rng), createVqVaeTrainStep, 8),
  'code-prior': () =>
    withAverage(
      createTinyPrior(),
      (model, optimizers, { ema }) => createCodePriorTrainStep(model, optimizers, { ema, codesOf }),
      4,
    ),
  'autoencoder-kl': () =>
    withAverage(createAutoencoderKl(tinyAutoencoderKl, rng), createAutoencoderKlTrainStep, 4),
  'vq-model': () => withAverage(createVqModel(tinyVqModel, rng), createVqModelTrainStep, 4),
};

describeOnBackends(
  'an average of the parameters',
  () => {
    test.each(Object.entries(systems))(
      'follows %s after every step, is in its state, and is freed with it',
      async (_, create) => {
        const before = tf.memory().numTensors;
        const { model, trainStep, side } = create();
        let first: Readonly<Record<string, number[]>> = {};
        const batches = {
          batch: (step: number) => ({
            images: rng.fork(step).uniform<tf.Rank.R4>([2, side, side, 1], -1, 1),
          }),
        };
        for await (const event of trainLoop(trainStep, batches, { steps: 2, rng, logEvery: 1 })) {
          if (event.type === 'metrics' && event.step === 1) first = valuesOf(model);
        }
        const end = valuesOf(model);
        for (const [name, { isTrainable }] of model.parameters) {
          // A copy after the first step, then half way to the next: a decay of ½. Buffers are copied.
          const expected = end[name]!.map((value, i) =>
            isTrainable ? (value + first[name]![i]!) / 2 : value,
          );
          const { tensor } = trainStep.state.tensors().get(`ema/${name}`)!;
          expect([...tensor.dataSync()], name).toBeAllClose(expected, { rtol: 1e-4, atol: 1e-6 });
        }
        expect(Object.values(end).flat()).not.toBeAllClose(Object.values(first).flat(), { rtol: 1e-3 });
        trainStep.dispose();
        model.dispose();
        expect(tf.memory().numTensors).toBe(before);
      },
    );
  },
  { backends: ['wasm'] },
);

function withAverage<M extends Model, Step>(
  model: M,
  createTrainStep: (
    model: M,
    optimizers: { optimizer: ReturnType<typeof createAdam> },
    options: { ema: ReturnType<typeof createEma> },
  ) => Step,
  side: number,
): { model: Model; trainStep: Step; side: number } {
  const { parameters } = model;
  const ema = createEma(parameters, { emaDecay: 0.5, warmUp: 'none' });
  const optimizer = createAdam(parameters, { learningRate: 0.05 });
  return { model, trainStep: createTrainStep(model, { optimizer }, { ema }), side };
}

function valuesOf({ parameters }: Model): Record<string, number[]> {
  return Object.fromEntries([...parameters].map(([name, { variable }]) => [name, [...variable.dataSync()]]));
}
