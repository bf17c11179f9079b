import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { describeVqModelReference, replayVqModel } from './reference.test-support.ts';

describeVqModelReference(['cpu', 'wasm']);

describeOnBackends(
  'diffusers’ β',
  () => {
    test('is on the codebook term: the recording passes no other way', async () => {
      await expect(replayVqModel({ commitmentCost: 0.25, betaOn: 'commitment' })).rejects.toThrow(
        // Both terms have one value, so that the loss cannot tell them apart; the gradients do.
        /by the images: toBeAllClose/,
      );
      await expect(replayVqModel({ commitmentCost: 0.5, betaOn: 'codebook' })).rejects.toThrow(
        /codebook: toBeAllClose/,
      );
    });
  },
  { backends: ['cpu'] },
);
