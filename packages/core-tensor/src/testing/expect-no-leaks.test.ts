import { tf } from '@tintype/backend';
import { beforeAll, expect, test } from 'vitest';
import { expectNoLeaks } from './expect-no-leaks.ts';

beforeAll(() => tf.setBackend('cpu'));

test('a run that frees what it makes passes', async () => {
  await expectNoLeaks(() => tf.tidy(() => void tf.ones([3]).square()), 5);
});

test('one forgotten tensor a round is reported', async () => {
  const leaked: tf.Tensor[] = [];
  await expect(expectNoLeaks(() => void leaked.push(tf.ones([1])), 4)).rejects.toThrow('left 4 tensors');
  tf.dispose(leaked);
});
