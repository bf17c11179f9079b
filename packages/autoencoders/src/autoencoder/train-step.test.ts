import { trainLoop } from '@tintype/core-tensor';
import { describeOnBackends, describeTrainStep } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { createTinyAutoencoder, penalties } from './tiny-autoencoder.test-support.ts';

describeTrainStep('autoencoder', () => createTinyAutoencoder());
describeTrainStep('denoising autoencoder in slices', () =>
  createTinyAutoencoder({ noiseSigma: 0.3 }, { accumulate: 2 }),
);
describeTrainStep('autoencoder with every penalty', () => createTinyAutoencoder(penalties));

describeOnBackends('the autoencoder train step', () => {
  /** Losses of the first step and Adam's first moments after it, which are the gradients times 1 − β₁. */
  const firstStep = async (accumulate: number) => {
    const config = {
      ...penalties,
      sparsityWeight: 0,
      noiseSigma: 0.3,
      decoderPenaltyKind: 'gradient',
    } as const;
    const { trainStep, batches, rng, dispose } = createTinyAutoencoder(config, { accumulate });
    let losses: number[] = [];
    for await (const event of trainLoop(trainStep, batches, { steps: 1, rng })) {
      if (event.type !== 'metrics') continue;
      const names = ['total', 'reconstruction', 'contraction', 'latentNorm', 'decoderRoughness'];
      losses = names.map((name) => event.values[name]!);
    }
    const moments = [...trainStep.state.tensors()].filter(([name]) => name.endsWith('/exp_avg'));
    const gradients = moments.flatMap(([, { tensor }]) => [...tensor.dataSync()]);
    dispose();
    return { losses, gradients };
  };

  test('in slices it gives the losses and gradients of the whole batch, noise included', async () => {
    const whole = await firstStep(1);
    for (const accumulate of [2, 3, 5]) {
      const sliced = await firstStep(accumulate);
      expect(sliced.losses).toBeAllClose(whole.losses, { rtol: 1e-6 });
      expect(sliced.gradients).toBeAllClose(whole.gradients, { rtol: 1e-5 });
    }
  });

  test('an impossible number of slices is refused, and any with the sparse penalty', () => {
    const refusal = expect.objectContaining({ code: 'E_CONFIG' });
    expect(() => createTinyAutoencoder({}, { accumulate: 1.5 })).toThrow(refusal);
    expect(() => createTinyAutoencoder(penalties, { accumulate: 2 })).toThrow(refusal);
  });
});
