import { expect, test } from 'vitest';
import { describeOnBackends } from '../../testing/describe-on-backends.ts';
import { tf } from '../../tf.ts';

describeOnBackends('casts and copies', () => {
  test('a cast to bool is true for everything but zero', async () => {
    const x = tf.tensor1d([0, 0.5, -0.25, 256, -0]);
    expect([...(await tf.cast(x, 'bool').data())]).toEqual([0, 1, 1, 1, 0]);
  });

  test('a copy outlives its original', async () => {
    const x = tf.tensor1d([1, 2]);
    const copies = [x.clone(), tf.cast(x, 'float32')];
    x.dispose();
    for (const copy of copies) expect([...(await copy.data())]).toEqual([1, 2]);
  });

  test('assigning to a variable leaves what was copied from it', async () => {
    const variable = tf.variable(tf.tensor1d([1, 2]));
    const copy = variable.clone();
    variable.assign(tf.tensor1d([3, 4]));
    expect([...(await copy.data()), ...(await variable.data())]).toEqual([1, 2, 3, 4]);
    variable.dispose();
  });

  test('rounding by a cast has no slope', async () => {
    const slope = tf.grad((x) => tf.cast(tf.cast(x, 'int32'), 'float32').add(x.mul(2)))(tf.tensor1d([1.5]));
    expect((await slope.data())[0]).toBe(2);
  });
});
