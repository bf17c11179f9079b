import { describeOnBackends, describeTrainStep } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { firstStep } from '../first-step.test-support.ts';
import { createTinyAutoencoder, penalties } from './tiny-autoencoder.test-support.ts';

describeTrainStep('autoencoder', () => createTinyAutoencoder());
describeTrainStep('denoising autoencoder in slices', () =>
  createTinyAutoencoder({ noiseSigma: 0.3 }, { accumulate: 2 }),
);
describeTrainStep('autoencoder with every penalty', () => createTinyAutoencoder(penalties));

describeOnBackends('the autoencoder train step', () => {
  test('in slices it gives the losses and gradients of the whole batch, noise included', async () => {
    const config = {
      ...penalties,
      sparsityWeight: 0,
      noiseSigma: 0.3,
      decoderPenaltyKind: 'gradient',
    } as const;
    const whole = await firstStep(createTinyAutoencoder(config));
    for (const accumulate of [2, 3, 5]) {
      const sliced = await firstStep(createTinyAutoencoder(config, { accumulate }));
      expect(Object.values(sliced.values)).toBeAllClose(Object.values(whole.values), { rtol: 1e-6 });
      expect(sliced.gradients).toBeAllClose(whole.gradients, { rtol: 1e-5 });
    }
  });

  test('an impossible number of slices is refused, and any with the sparse penalty', () => {
    const refusal = expect.objectContaining({ code: 'E_CONFIG' });
    expect(() => createTinyAutoencoder({}, { accumulate: 1.5 })).toThrow(refusal);
    expect(() => createTinyAutoencoder(penalties, { accumulate: 2 })).toThrow(refusal);
  });
});
