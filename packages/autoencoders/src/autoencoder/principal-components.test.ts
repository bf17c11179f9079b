import { createAdam, createRandomStream, linearSchedule, tf, trainLoop } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { anomalyScore } from './anomaly-score.ts';
import { createAutoencoder } from './autoencoder.ts';
import { type AutoencoderConfig, defaultAutoencoderConfig } from './config.ts';
import { eigenSymmetric, gram, largestAngle, orthonormalize } from './eigen.test-support.ts';
import { createAutoencoderTrainStep } from './train-step.ts';

const linear: AutoencoderConfig = {
  ...defaultAutoencoderConfig,
  imageSize: 3,
  hiddenUnits: [],
  latentDim: 3,
  output: 'linear',
};
const pixels = 9;
const examples = 128;
/** Standard deviations along the axes of the set; a third of the variance lies outside three components. */
const deviations = [1, 0.8, 0.65, 0.35, 0.3, 0.3, 0.25, 0.2, 0.2];

describeOnBackends(
  'a linear autoencoder',
  () => {
    test('reaches the error of three principal components within 1 % and their space within 5°', async () => {
      const { excess, angle } = await train(linear, 200);
      expect(excess).toBeGreaterThan(-1e-4); // nothing linear of rank 3 is better
      expect(excess).toBeLessThan(0.01);
      expect(angle).toBeLessThan(5);
    });

    test('reaches them with tied weights too, and not before it is trained', async () => {
      const tied = await train({ ...linear, tiedWeights: true }, 200);
      expect(tied.excess).toBeLessThan(0.01);
      expect(tied.angle).toBeLessThan(5);
      for (const steps of [0, 25]) {
        const early = await train(linear, steps);
        expect(early.excess).toBeGreaterThan(0.01);
        expect(early.angle).toBeGreaterThan(5);
      }
    });

    test('with one latent less it has neither their error nor their space', async () => {
      const narrow = await train({ ...linear, latentDim: 2 }, 200, 3);
      expect(narrow.excess).toBeGreaterThan(0.1);
    });
  },
  { backends: ['wasm'] },
);

/** Error against that of PCA as a share of it, and the largest principal angle, after so many steps on the whole set. */
async function train(config: AutoencoderConfig, steps: number, components = config.latentDim) {
  const rng = createRandomStream(3);
  const rows = gaussianRows();
  const images = () =>
    tf.tensor4d(Float32Array.from(rows.flat()), [examples, 3, 3, 1]).mul<tf.Tensor4D>(2).sub<tf.Tensor4D>(1);
  const model = createAutoencoder(config, rng.fork('init'));
  const learningRate = linearSchedule({ learningRate: 0.1, totalSteps: Math.max(1, steps) });
  const trainStep = createAutoencoderTrainStep(model, {
    optimizer: createAdam(model.parameters, { learningRate }),
  });
  const batches = { batch: () => ({ images: tf.tidy(images) }) };
  if (steps > 0) {
    for await (const _ of trainLoop(trainStep, batches, { steps, rng, logEvery: steps }));
  }
  const result = tf.tidy(() => {
    const error = anomalyScore(model, images()).mean().dataSync()[0]!;
    const offset = model.decode(tf.zeros([1, config.latentDim]));
    const span = model.decode(tf.eye(config.latentDim)).sub(offset).reshape([-1, pixels]).arraySync();
    return { error, span: span as number[][] };
  });
  trainStep.dispose();
  model.dispose();

  const mean = rows[0]!.map((_, i) => average(rows.map((r) => r[i]!)));
  const covariance = gram(rows.map((row) => row.map((value, i) => value - mean[i]!)));
  const { values, vectors } = eigenSymmetric(covariance);
  const pcaError = values.slice(components).reduce((sum, value) => sum + value, 0) / examples;
  return {
    excess: result.error / pcaError - 1,
    angle: largestAngle(result.span, vectors.slice(0, config.latentDim)),
  };
}

/** A Gaussian set with known deviations along random axes and a mean that is not 0. */
function gaussianRows(): number[][] {
  const rng = createRandomStream(7);
  const read = (tensor: tf.Tensor) => {
    const values = tensor.arraySync() as number[][];
    tensor.dispose();
    return values;
  };
  const axes = orthonormalize(read(rng.fork('axes').normal([pixels, pixels])));
  return read(rng.fork('rows').normal([examples, pixels])).map((row) =>
    axes[0]!.map(
      (_, i) => 0.5 + row.reduce((sum, value, k) => sum + value * deviations[k]! * axes[k]![i]!, 0),
    ),
  );
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
