import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { createNoiseSchedule, type Denoiser } from '@tintype/diffusion';
import { expect, test } from 'vitest';
import { measureNoiseError } from './noise-error.ts';

const schedule = createNoiseSchedule({ kind: 'cosine', timesteps: 100 });

async function* blackImages() {
  yield tf.fill([20, 8, 8, 1], -1) as tf.Tensor4D;
}

const measure = (
  predict: (xt: tf.Tensor4D, t: tf.Tensor1D) => tf.Tensor4D,
  predictionType: Denoiser['predictionType'] = 'epsilon',
) => {
  const denoiser: Denoiser = {
    predictionType,
    varianceType: 'fixed',
    predict: (xt, t) => ({ prediction: predict(xt, t) }),
  };
  return measureNoiseError(denoiser, blackImages(), { schedule, rng: createRandomStream(1) });
};

describeOnBackends(
  'measureNoiseError',
  () => {
    test('is 0 for the exact noise and 1 for none, and each tenth counts the same', async () => {
      const before = tf.memory().numTensors;
      const exact = await measure((xt, t) =>
        tf.tidy(() => {
          const alphas = tf.gather(tf.tensor1d(Float32Array.from(schedule.alphasCumprod)), t.toInt());
          const [signal, noise] = [alphas.sqrt(), tf.sub(1, alphas).sqrt()];
          return xt.add(signal.reshape([-1, 1, 1, 1])).div(noise.reshape([-1, 1, 1, 1])) as tf.Tensor4D;
        }),
      );
      expect(exact.mean).toBeLessThan(1e-4);
      const silent = await measure((xt) => tf.zerosLike(xt));
      expect(Math.abs(silent.mean - 1)).toBeLessThan(0.05);
      expect(silent.byTenth).toHaveLength(10);
      expect(silent.byTenth.reduce((sum, error) => sum + error, 0) / 10).toBeCloseTo(silent.mean, 12);
      expect(tf.memory().numTensors).toBe(before);
    });

    test('is the same whatever the network predicts', async () => {
      const alphasOf = (t: tf.Tensor1D) =>
        tf
          .gather(tf.tensor1d(Float32Array.from(schedule.alphasCumprod)), t.toInt())
          .reshape<tf.Tensor4D>([-1, 1, 1, 1]);
      // All say x_0 = 0, in their own terms.
      const epsilon = await measure((xt, t) => xt.div(tf.sub(1, alphasOf(t)).sqrt()));
      const sample = await measure((xt) => tf.zerosLike(xt), 'sample');
      const v = await measure(
        (xt, t) =>
          xt.mul(
            alphasOf(t)
              .div(tf.sub(1, alphasOf(t)))
              .sqrt(),
          ),
        'v',
      );
      expect(sample.mean / epsilon.mean).toBeCloseTo(1, 4);
      expect(v.mean / epsilon.mean).toBeCloseTo(1, 4);
      const misread = await measure((xt) => tf.zerosLike(xt), 'v');
      expect(misread.mean / epsilon.mean).not.toBeCloseTo(1, 1);
    });
  },
  { backends: ['wasm'] },
);
