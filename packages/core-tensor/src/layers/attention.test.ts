import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { createParameters } from '../parameters/create-parameters.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import '../testing/to-be-all-close.ts';
import { createAttention } from './attention.ts';

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

  test('heads must divide the channels', () => {
    const { scope, dispose } = createParameters(createRandomStream(0));
    expect(() => createAttention(scope, { channels: 4, heads: 3 })).toThrow(
      expect.objectContaining({ code: 'E_CONFIG' }),
    );
    dispose();
  });
});
