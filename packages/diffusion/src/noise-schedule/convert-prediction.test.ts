import { tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { addNoise, velocity } from './add-noise.ts';
import { predictedParts, predictedPartsAt, predictionTarget } from './convert-prediction.ts';
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
        const outputs = { epsilon: noise, sample: xStart, v: velocity(schedule, xStart, noise, t) };
        for (const type of ['epsilon', 'sample', 'v'] as const) {
          const parts = predictedParts(outputs[type], type, xt, alphaCumprod);
          expect(parts.xStart).toBeAllClose(xStart, { rtol: 0, atol: 1e-5 });
          expect(parts.epsilon).toBeAllClose(noise, { rtol: 0, atol: 1e-5 });
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

  test('a batch with a timestep for each image is converted there and back', () => {
    const schedule = createNoiseSchedule({ kind: 'cosine', timesteps: 50 });
    const xStart = tf.tensor2d([0.9, -0.3, 0.2, 0.5], [4, 1]);
    const noise = tf.tensor2d([-1.2, 0.4, 2, 0.1], [4, 1]);
    const t = tf.tensor1d([0, 7, 30, 44], 'int32');
    const other = tf.tensor1d([1, 8, 31, 45], 'int32');
    const xt = addNoise(schedule, xStart, noise, t);
    for (const type of ['epsilon', 'sample', 'v'] as const) {
      const target = predictionTarget(schedule, type, xStart, noise, t);
      const parts = predictedPartsAt(schedule, target, type, xt, t);
      expect(parts.xStart).toBeAllClose(xStart, { atol: 1e-5 });
      expect(parts.epsilon).toBeAllClose(noise, { atol: 1e-5 });
      // The timestep of another image is seen in whatever is converted.
      const wrong = predictedPartsAt(schedule, target, type, xt, other);
      const converted = type === 'sample' ? 'epsilon' : 'xStart';
      expect(wrong[converted]).not.toBeAllClose(parts[converted], { rtol: 1e-3 });
      expect(predictedPartsAt(schedule, target, type, xt, 7).epsilon.slice([1], [1])).toBeAllClose([0.4], {
        atol: 1e-5,
      });
    }
  });

  test('a schedule that ends at zero SNR converts v and sample without NaN, and refuses epsilon', () => {
    const schedule = createNoiseSchedule({ kind: 'linear', timesteps: 10, rescaleBetasZeroSnr: true });
    const x = tf.tensor2d([0.5, -1], [2, 1]);
    const t = tf.tensor1d([9, 0], 'int32');
    for (const type of ['sample', 'v'] as const) {
      const target = predictionTarget(schedule, type, x, x, t);
      const parts = predictedPartsAt(schedule, target, type, addNoise(schedule, x, x, t), t);
      expect(parts.xStart).toBeAllClose(x, { atol: 1e-5 });
      expect(parts.epsilon).toBeAllClose(x, { atol: 1e-4 });
    }
    const refusal = expect.objectContaining({ code: 'E_CONFIG' });
    expect(() => predictedPartsAt(schedule, x, 'epsilon', x, t)).toThrow(refusal);
    expect(() => predictionTarget(schedule, 'flow', x, x, t)).toThrow(refusal);
  });
});
