import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { createParameters } from '../parameters/create-parameters.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import '../testing/to-be-all-close.ts';
import { createAttention } from './attention.ts';
import { checkGradients } from './check-gradients.test-support.ts';

describeOnBackends('createAttention', () => {
  test('has the parameters diffusers names', () => {
    const { scope, parameters, dispose } = createParameters(createRandomStream(0));
    createAttention(scope, { channels: 4, contextChannels: 3, bias: false });
    expect([...parameters].map(([name, { variable }]) => `${name} ${variable.shape}`)).toEqual([
      'to_q.weight 4,4',
      'to_k.weight 3,4',
      'to_v.weight 3,4',
      'to_out.0.weight 4,4',
      'to_out.0.bias 4',
    ]);
    dispose();
  });

  test('a context of one token gives its value to all that ask', () => {
    const rng = createRandomStream(0);
    const { scope, parameters, dispose } = createParameters(rng);
    const attend = createAttention(scope, { channels: 4, heads: 2, contextChannels: 3 });
    tf.tidy(() => {
      const tokens = rng.normal<tf.Rank.R3>([2, 5, 4]);
      const context = rng.normal<tf.Rank.R3>([2, 1, 3]);
      const use = (name: string, x: tf.Tensor) =>
        tf.add(
          tf.matMul(x, parameters.get(`${name}.weight`)!.variable),
          parameters.get(`${name}.bias`)!.variable,
        );
      const value = use('to_out.0', use('to_v', tf.reshape(context, [2, 3])));
      expect(attend(tokens, context)).toBeAllClose(tf.tile(tf.reshape(value, [2, 1, 4]), [1, 5, 1]));
      expect(attend(tokens, tf.add(context, 1) as tf.Tensor3D)).not.toBeAllClose(attend(tokens, context));
    });
    dispose();
  });

  test('is equivariant to the order of tokens', () => {
    const rng = createRandomStream(0);
    const { scope, dispose } = createParameters(rng);
    const attend = createAttention(scope, { channels: 4, heads: 2 });
    tf.tidy(() => {
      const tokens = rng.normal<tf.Rank.R3>([2, 5, 4]);
      expect(attend(tf.reverse(tokens, 1))).toBeAllClose(tf.reverse(attend(tokens), 1));
    });
    dispose();
  });

  test('a causal one keeps later tokens from earlier ones, bit for bit, and one that is not does not', () => {
    const rng = createRandomStream(0);
    for (const causal of [true, false]) {
      const { scope, dispose } = createParameters(rng);
      const attend = createAttention(scope, { channels: 4, heads: 2, causal });
      tf.tidy(() => {
        const tokens = rng.fork('tokens').normal<tf.Rank.R3>([2, 5, 4]);
        const changed = tf.concat([tokens.slice([0, 0, 0], [2, 3, 4]), tf.ones([2, 2, 4])], 1);
        const early = (x: tf.Tensor3D) => [...attend(x).slice([0, 0, 0], [2, 3, 4]).dataSync()];
        const isKept = early(tokens).every((value, i) => value === early(changed as tf.Tensor3D)[i]);
        expect(isKept).toBe(causal);
        // The first token sees itself alone, so that its result is its own value's.
        const alone = attend(tokens.slice([0, 0, 0], [2, 1, 4]));
        const first = attend(tokens).slice([0, 0, 0], [2, 1, 4]);
        if (causal) expect(first).toBeAllClose(alone);
        else expect(first).not.toBeAllClose(alone);
      });
      dispose();
    }
  });

  test('a causal one agrees with finite differences in first and second order', async () => {
    const rng = createRandomStream(3);
    const { scope, parameters, dispose } = createParameters(rng.fork('init'));
    const attend = createAttention(scope, { channels: 4, heads: 2, causal: true });
    const input = rng.normal([2, 3, 4]);
    const variables = [...parameters.values()].map(({ variable }) => variable);
    for (const order of [1, 2] as const) {
      const layer = (x: tf.Tensor) => attend(x as tf.Tensor3D) as tf.Tensor;
      const check = await checkGradients(layer, input, variables, order);
      expect(check, JSON.stringify(check)).toMatchObject({ isRight: true });
    }
    input.dispose();
    dispose();
  });

  test('a causal one refuses a context of another length', () => {
    const { scope, dispose } = createParameters(createRandomStream(0));
    const attend = createAttention(scope, { channels: 4, causal: true });
    tf.tidy(() => {
      expect(() => attend(tf.zeros([1, 3, 4]), tf.zeros([1, 2, 4]))).toThrow(
        expect.objectContaining({ code: 'E_SHAPE' }),
      );
    });
    dispose();
  });

  test('heads must divide the channels', () => {
    const { scope, dispose } = createParameters(createRandomStream(0));
    expect(() => createAttention(scope, { channels: 4, heads: 3 })).toThrow(
      expect.objectContaining({ code: 'E_CONFIG' }),
    );
    dispose();
  });
});
