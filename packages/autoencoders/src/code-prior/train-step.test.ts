import { tf, trainLoop } from '@tintype/core-tensor';
import { describeOnBackends, describeTrainStep } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { architectures, createTinySystem } from './tiny-code-prior.test-support.ts';

for (const architecture of architectures) {
  describeTrainStep(`code prior, ${architecture}`, () => createTinySystem(architecture));
}

describeTrainStep('code prior in slices', () => createTinySystem('transformer', { accumulate: 2 }), {
  backends: ['cpu'],
});

describeOnBackends(
  'the train step of a code prior',
  () => {
    /** Figures of the first step, and Adam's first moments after it, which are the gradients times 1 − β₁. */
    const firstStep = async (accumulate: number, edit: (name: string, variable: tf.Variable) => void) => {
      const { trainStep, batches, rng, dispose } = createTinySystem('transformer', { accumulate });
      for (const [name, { tensor }] of trainStep.state.tensors()) {
        if (name.startsWith('model/')) edit(name, tensor as tf.Variable);
      }
      let figures: Readonly<Record<string, number>> = {};
      for await (const event of trainLoop(trainStep, batches, { steps: 1, rng })) {
        if (event.type === 'metrics') figures = event.values;
      }
      const moments = [...trainStep.state.tensors()].filter(([name]) => name.endsWith('/exp_avg'));
      const gradients = moments.flatMap(([, { tensor }]) => [...tensor.dataSync()]);
      dispose();
      return { figures, gradients };
    };

    test('in slices it gives the nats and gradients of the whole batch, each grid with its own label', async () => {
      const whole = await firstStep(1, () => {});
      const sliced = await firstStep(3, () => {});
      expect(sliced.figures.nats! / whole.figures.nats!).toBeCloseTo(1, 5);
      expect(sliced.gradients).toBeAllClose(whole.gradients, { rtol: 1e-4 });
      const unlabelled = await firstStep(3, (name, variable) => {
        if (name.includes('label')) variable.assign(tf.zerosLike(variable));
      });
      expect(unlabelled.gradients).not.toBeAllClose(whole.gradients, { rtol: 1e-4 });
    });

    test('uniform logits cost ln K nats and log₂ K bits a code', async () => {
      const { figures } = await firstStep(1, (name, variable) => {
        if (name.startsWith('model/head.')) variable.assign(tf.zerosLike(variable));
      });
      expect(figures.nats).toBeCloseTo(9 * Math.log(5), 4);
      expect(figures.bitsPerCode).toBeCloseTo(Math.log2(5), 5);
    });
  },
  { backends: ['wasm'] },
);
