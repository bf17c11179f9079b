import { tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { addNoise, velocity } from './add-noise.ts';
import { predictedParts } from './convert-prediction.ts';
import { createNoiseSchedule } from './noise-schedule.ts';

describeOnBackends('predictions', () => {
  test('epsilon, sample and v give back the same xStart and noise at every timestep', () => {
    const schedule = createNoiseSchedule({ kind: 'linear', timesteps: 200 });
    const xStart = tf.tensor2d([[0.9, -0.3, 0]]);
    const noise = tf.tensor2d([[-1.2, 0.4, 2]]);
    for (let t = 0; t < 200; t++) {
      tf.tidy(() => {
        const xt = addNoise(schedule, xStart, noise, t);
        const alphaCumprod = schedule.alphasCumprod[t]!;
        // What the division by √ᾱ or √(1 − ᾱ) makes of float32 rounding.
        const atol = 1e-6 / Math.sqrt(Math.min(alphaCumprod, 1 - alphaCumprod));
        const outputs = { epsilon: noise, sample: xStart, v: velocity(schedule, xStart, noise, t) };
        for (const type of ['epsilon', 'sample', 'v'] as const) {
          const parts = predictedParts(outputs[type], type, xt, alphaCumprod);
          expect(parts.xStart).toBeAllClose(xStart, { rtol: 0, atol: Math.max(atol, 1e-5) });
          expect(parts.epsilon).toBeAllClose(noise, { rtol: 0, atol: Math.max(atol, 1e-5) });
        }
      });
    }
  });

  test('at zero SNR v and sample are finite and epsilon is refused', () => {
    const xt = tf.tensor2d([[0.5, -1]]);
    const v = predictedParts(tf.tensor2d([[0.2, 0.3]]), 'v', xt, 0);
    expect(v.xStart).toBeAllClose([-0.2, -0.3]);
    expect(v.epsilon).toBeAllClose([0.5, -1]);
    expect(predictedParts(tf.tensor2d([[0.2, 0.3]]), 'sample', xt, 0).epsilon).toBeAllClose([0.5, -1]);
    expect(() => predictedParts(xt, 'epsilon', xt, 0)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
  });
});
