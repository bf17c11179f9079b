import { tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import type { Denoiser, PredictionType } from '../denoiser.ts';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import { ddpmLoss } from './loss.ts';

const schedule = createNoiseSchedule({ betas: [0.36, 0.5] });
const answering = (predictionType: PredictionType, value: number): Denoiser => ({
  predictionType,
  varianceType: 'fixed',
  predict: (xt) => ({ prediction: tf.fill(xt.shape, value) }),
});

describeOnBackends('ddpmLoss', () => {
  const input = () => ({
    xStart: tf.tensor4d([1, -1], [2, 1, 1, 1]),
    noise: tf.tensor4d([0.5, 2], [2, 1, 1, 1]),
    t: tf.tensor1d([0, 1], 'int32'),
  });
  const lossOf = (denoiser: Denoiser, more = {}) =>
    ddpmLoss(denoiser, schedule, { ...input(), ...more }).total.dataSync()[0]!;

  test('it is the mean squared distance to the noise, the image or v, by hand', () => {
    // ᾱ = 0.64, 0.32: v = √ᾱ ε − √(1 − ᾱ) x_0.
    const v = [0.8 * 0.5 - 0.6, Math.sqrt(0.32) * 2 + Math.sqrt(0.68)] as const;
    expect(lossOf(answering('epsilon', 1))).toBeCloseTo((0.25 + 1) / 2, 6);
    expect(lossOf(answering('sample', 0.5))).toBeCloseTo((0.25 + 2.25) / 2, 6);
    expect(lossOf(answering('v', 0))).toBeCloseTo((v[0] ** 2 + v[1] ** 2) / 2, 6);
  });

  test('weights multiply the error of their timestep', () => {
    const timestepWeights = Float64Array.of(3, 0.5);
    expect(lossOf(answering('epsilon', 1), { timestepWeights })).toBeCloseTo((3 * 0.25 + 0.5 * 1) / 2, 6);
    expect(() => lossOf(answering('epsilon', 1), { timestepWeights: Float64Array.of(1) })).toThrow(
      /got 1, expected 2/,
    );
  });

  test('the denoiser sees x_t and t of each image', () => {
    const seen: number[][] = [];
    lossOf({
      ...answering('epsilon', 0),
      predict: (xt, t) => {
        seen.push([...xt.dataSync()], [...t.dataSync()]);
        return { prediction: tf.zerosLike(xt) };
      },
    });
    const second = -Math.sqrt(0.32) + 2 * Math.sqrt(0.68);
    expect(seen[0]![0]).toBeCloseTo(0.8 + 0.6 * 0.5, 6);
    expect(seen[0]![1]).toBeCloseTo(second, 6);
    expect(seen[1]).toEqual([0, 1]);
  });
});
