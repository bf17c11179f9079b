import { createAdam, createRandomStream, tf, trainLoop } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { createAutoencoder } from './autoencoder.ts';
import { sparsityPenalty } from './sparsity-penalty.ts';
import { tinyConfig } from './tiny-autoencoder.test-support.ts';
import { createAutoencoderTrainStep } from './train-step.ts';

describeOnBackends('the sparse penalty', () => {
  test('of mean activations 0.3 and 0.8 against 0.1 is the sum of two divergences', () => {
    const codes = tf.tensor2d([0.2, 0.9, 0.4, 0.7], [2, 2]);
    const divergence = (mean: number) => 0.1 * Math.log(0.1 / mean) + 0.9 * Math.log(0.9 / (1 - mean));
    expect(sparsityPenalty(codes, 0.1)).toBeAllClose(divergence(0.3) + divergence(0.8));
  });

  test('is 0 at the target, whatever each image does, and finite where activations are 0 or 1', () => {
    expect(sparsityPenalty(tf.tensor2d([0, 0.2, 0.1, 0.3], [4, 1]), 0.15).dataSync()[0]).toBeCloseTo(0, 6);
    const edge = (value: number) => tf.tensor2d([value, value], [2, 1]);
    for (const value of [0, 1]) {
      expect(sparsityPenalty(edge(value), 0.05).dataSync()[0]).toBeGreaterThan(0.5);
      const slope = tf.grad((codes: tf.Tensor) => sparsityPenalty(codes as tf.Tensor2D, 0.05))(edge(value));
      expect(slope.dataSync().every(Number.isFinite)).toBe(true);
    }
  });
});

describeOnBackends(
  'a sparse autoencoder',
  () => {
    test('learns codes whose mean activation is the target, and not without the penalty', async () => {
      expect(await meanActivation(1)).toBeCloseTo(0.1, 1.7);
      expect(await meanActivation(0)).toBeGreaterThan(0.2);
    });
  },
  { backends: ['wasm'] },
);

async function meanActivation(sparsityWeight: number): Promise<number> {
  const rng = createRandomStream(1);
  const config = {
    ...tinyConfig,
    latentDim: 8,
    latentActivation: 'sigmoid' as const,
    sparsityWeight,
    sparsityTarget: 0.1,
  };
  const model = createAutoencoder(config, rng.fork('init'));
  const optimizer = createAdam(model.parameters, { learningRate: 0.03 });
  const trainStep = createAutoencoderTrainStep(model, { optimizer });
  const images = () => rng.fork('data').uniform<tf.Rank.R4>([32, 4, 4, 1], -1, 1);
  const batches = { batch: () => ({ images: images() }) };
  for await (const _ of trainLoop(trainStep, batches, { steps: 150, rng, logEvery: 150 }));
  const mean = tf.tidy(() => model.encode(images()).mean().dataSync()[0]!);
  trainStep.dispose();
  model.dispose();
  return mean;
}
