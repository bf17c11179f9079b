import { tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { countCodes, perplexityOf, perplexityOfCounts } from './code-counts.ts';

describeOnBackends(
  'counts of codes',
  () => {
    const grid = (codes: number[]) => tf.tensor3d(codes, [1, 1, codes.length], 'int32');

    test('every code is counted, those not chosen as well', async () => {
      await expect(countCodes(grid([3, 0, 3, 1]), 6)).toBeAllClose([1, 1, 0, 2, 0, 0]);
    });

    test('perplexity is exp(−Σ p ln p): the number of codes in uniform use, 1 for one code', async () => {
      await expect(perplexityOf(grid([0, 1, 2, 3, 0, 1, 2, 3]), 4)).toBeAllClose([4]);
      await expect(perplexityOf(grid([0, 1, 2, 3, 0, 1, 2, 3]), 9)).toBeAllClose([4]);
      await expect(perplexityOf(grid([2, 2, 2]), 9)).toBeAllClose([1]);
      const expected = Math.exp(-(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)));
      await expect(perplexityOf(grid([5, 5, 0, 5]), 9)).toBeAllClose([expected]);
      await expect(perplexityOfCounts(tf.tensor1d([0.3, 0, 0.1]))).toBeAllClose([expected]);
    });
  },
  { backends: ['cpu', 'wasm', 'webgpu'] },
);
