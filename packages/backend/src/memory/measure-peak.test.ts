import { expect, test } from 'vitest';
import { describeOnBackends } from '../testing/describe-on-backends.ts';
import { tf } from '../tf.ts';
import { measurePeak } from './measure-peak.ts';

describeOnBackends('measurePeak', () => {
  test('counts what lives at once, buffers shared by several tensors once', async () => {
    const kept = tf.ones([100]);
    const { tensorBytes, bufferBytes } = await measurePeak(() =>
      tf.tidy(() => {
        tf.ones([1000]).dispose();
        const x = tf.ones([2000]);
        tf.ones([500]).dispose();
        return void [x.reshape([20, 100]), x.clone(), kept.clone()];
      }),
    );
    expect(bufferBytes).toBe(4 * 2500);
    expect(tensorBytes).toBe(4 * (3 * 2000 + 100));
    kept.dispose();
  });

  test('leaves the counters of tfjs as they would have been, also after an error', async () => {
    const before = tf.memory();
    await measurePeak(async () => tf.ones([10]).dispose());
    const fail = () =>
      tf.tidy(() => {
        tf.ones([10]);
        throw new Error('broken');
      });
    await expect(measurePeak(fail)).rejects.toThrow('broken');
    const kept = tf.ones([5]);
    expect(tf.memory()).toEqual({
      ...before,
      numTensors: before.numTensors + 1,
      numDataBuffers: before.numDataBuffers + 1,
      numBytes: before.numBytes + 20,
    });
    kept.dispose();
  });
});
