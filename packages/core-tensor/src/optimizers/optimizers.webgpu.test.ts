import { tf } from '@tintype/backend';
import { describeOnBackends, expectAllClose } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { loadReference } from '../testing/load-reference.ts';
import { createAdam } from './adam.ts';
import { clipByGlobalNorm } from './clip-by-global-norm.ts';
import { computeGradients } from './compute-gradients.ts';
import { createEma } from './create-ema.ts';
import { defineEmaReference } from './ema-reference.test-support.ts';
import { createTree, start, step } from './optimizer-steps.test-support.ts';

interface RecordedAdam {
  kwargs: { lr: number };
  parameter: number[];
  gradients: number[][];
  after: number[][];
}

describeOnBackends(
  'optimisers',
  () => {
    defineEmaReference();

    test("Adam takes torch's recorded steps", async () => {
      const [record] = await loadReference<RecordedAdam[]>('blocks/optimisers.json');
      const { kwargs, parameter, gradients, after } = record!;
      const { parameters, variable, dispose } = createTree(parameter);
      const optimizer = createAdam(parameters, { learningRate: kwargs.lr });
      for (const [i, gradient] of gradients.entries()) {
        step(optimizer, gradient);
        await expectAllClose(variable, after[i]!, { rtol: 1e-7, atol: 5e-7 });
      }
      optimizer.dispose();
      dispose();
    });

    test('gradients are clipped without a reading, and the EMA swaps bits', async () => {
      const { parameters, variable, dispose } = createTree();
      const ema = createEma(parameters, { emaDecay: 0.5, warmUp: 'none' });
      ema.update();
      const { losses, gradients } = computeGradients(
        () => tf.sum(tf.square(variable)) as tf.Scalar,
        parameters,
      );
      const clipped = clipByGlobalNorm(gradients, 1);
      const norm = 2 * Math.hypot(...start);
      await expectAllClose(clipped.norm, [norm]);
      await expectAllClose(
        clipped.gradients['layer.weight']!,
        start.map((value) => (2 * value) / norm),
      );
      tf.tidy(() => variable.assign(tf.mul(variable, -3)));
      ema.update();
      const [own, averaged] = [await variable.data(), start.map((value) => -value)];
      ema.swap();
      await expectAllClose(variable, averaged);
      ema.swap();
      expect(await variable.data()).toEqual(own);
      tf.dispose([losses, gradients, clipped.gradients, clipped.norm]);
      ema.dispose();
      dispose();
    });
  },
  { backends: ['webgpu'] },
);
