import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { codeCrossEntropy, codePriorLoss } from './loss.ts';
import { architectures, createTinyPrior } from './tiny-code-prior.test-support.ts';

describeOnBackends('the loss of a code prior', () => {
  test('is −Σ ln softmax(logits)[code] of a grid: ln 2 + ln 4 + ln 4 + ln(4/3) on this one of 2 × 2', () => {
    tf.tidy(() => {
      const odds = [1, 1, 3, 1, 3, 1, 1, 3]; // of codes 0 and 1 at each of the four places
      const logits = tf.tensor4d(odds, [1, 2, 2, 2]).log<tf.Tensor4D>();
      const codes = tf.tensor3d([0, 1, 1, 1], [1, 2, 2], 'int32');
      const expected = Math.log(2) + Math.log(4) + Math.log(4) + Math.log(4 / 3);
      expect(codeCrossEntropy(logits, codes)).toBeAllClose([expected], { rtol: 1e-6 });
      // A sum over the grid and a mean over the batch: the same grid twice costs the same.
      const twice = codeCrossEntropy(tf.concat4d([logits, logits], 0), tf.concat3d([codes, codes], 0));
      expect(twice).toBeAllClose([expected], { rtol: 1e-6 });
    });
  });

  for (const architecture of architectures) {
    test(`${architecture}: uniform logits cost h · w · ln K nats`, () => {
      const model = createTinyPrior({ architecture, height: 2, width: 3 });
      const head = architecture === 'pixel-cnn' ? 'head.1' : 'head';
      for (const name of ['weight', 'bias']) {
        const { variable } = model.parameters.get(`${head}.${name}`)!;
        variable.assign(tf.zeros(variable.shape));
      }
      tf.tidy(() => {
        const codes = createRandomStream(2).integers<tf.Rank.R3>([4, 2, 3], 0, 5);
        expect(codePriorLoss(model, codes)).toBeAllClose([6 * Math.log(5)], { rtol: 1e-6 });
      });
      model.dispose();
    });
  }
});
