import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { createParameters } from '../parameters/create-parameters.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import { expectNoLeaks } from '../testing/expect-no-leaks.ts';
import { checkGradients } from './check-gradients.test-support.ts';
import { drawInput, layerCases } from './layer-cases.test-support.ts';

describeOnBackends('every layer', () => {
  for (const { name, inputShape, create, hasKink } of layerCases) {
    test(`${name}: first and second derivatives agree with finite differences, nothing leaks`, async () => {
      const rng = createRandomStream(name);
      const { scope, parameters, dispose } = createParameters(rng.fork('init'));
      const layer = create(scope);
      const trainable = [...parameters.values()].filter((entry) => entry.isTrainable);
      const variables = trainable.map((entry) => entry.variable);
      const input = tf.tidy(() => drawInput(rng, inputShape, hasKink));
      for (const order of [1, 2] as const) {
        const check = await checkGradients(layer, input, variables, order);
        expect(check, JSON.stringify(check)).toMatchObject({ isRight: true });
      }
      await expectNoLeaks(() => layer(input).dispose());
      await expectNoLeaks(() => tf.dispose(tf.grads((x: tf.Tensor) => tf.sum(layer(x)))([input])));
      input.dispose();
      dispose();
    });
  }

  test('the check notices a wrong derivative', async () => {
    const doubled = tf.customGrad((x) => ({
      value: tf.square(x as tf.Tensor),
      gradFunc: (dy: tf.Tensor) => tf.mul(dy, 4),
    }));
    const input = createRandomStream(1).normal([3, 4]);
    for (const order of [1, 2] as const) {
      expect((await checkGradients((x) => doubled(x), input, [], order)).isRight).toBe(false);
    }
    input.dispose();
  });
});
