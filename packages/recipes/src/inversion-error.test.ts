import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { createNoiseSchedule, type Denoiser } from '@tintype/diffusion';
import { expect, test } from 'vitest';
import { inversionError } from './inversion-error.ts';

/** The best guess at pixels of N(0, 1/4). */
const denoiser: Denoiser = {
  predictionType: 'sample',
  varianceType: 'fixed',
  predict(xt, _t, { step } = {}) {
    const alpha = step!.alphaCumprod;
    return { prediction: xt.mul(Math.sqrt(alpha) / (alpha + 4 * (1 - alpha))) as tf.Tensor4D };
  },
};
const model = { ...denoiser, schedule: createNoiseSchedule({ kind: 'cosine', timesteps: 100 }) };

describeOnBackends(
  'inversionError',
  () => {
    test('falls with the steps, and is large from the noise of another image', async () => {
      const images = tf.tidy(() => tf.tanh(createRandomStream(2).normal<tf.Rank.R4>([4, 4, 4, 1])));
      const before = tf.memory().numTensors;
      const few = await inversionError(model, images, { numInferenceSteps: 10 });
      const many = await inversionError(model, images, { numInferenceSteps: 100 });
      const others = { numInferenceSteps: 100, noiseOf: [1, 2, 3, 0] };
      const swapped = await inversionError(model, images, others);
      expect(many).toBeLessThan(few / 2);
      expect(swapped).toBeGreaterThan(10 * many);
      expect(tf.memory().numTensors).toBe(before);
      images.dispose();
    });
  },
  { backends: ['wasm'] },
);
