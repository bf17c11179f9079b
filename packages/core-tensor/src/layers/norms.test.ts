import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { createParameters } from '../parameters/create-parameters.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import '../testing/to-be-all-close.ts';
import { createBatchNorm } from './batch-norm.ts';
import { createGroupNorm } from './group-norm.ts';
import { createLayerNorm } from './layer-norm.ts';
import { pixelNorm } from './pixel-norm.ts';

const rows = [
  [1, -2, 4],
  [0.5, 3, 2],
  [-1, 0, 8],
  [2.5, 1, -6],
];

function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}

describeOnBackends('normalisations', () => {
  test('batch norm normalises by the biased variance and tracks the unbiased one with momentum', () => {
    const { scope, parameters, dispose } = createParameters(createRandomStream(0));
    const normalize = createBatchNorm(scope, { channels: 3, momentum: 0.25 });
    const x = tf.tensor2d(rows);
    const y = normalize(x, { isTraining: true });
    const columns = [0, 1, 2].map((c) => moments(rows.map((row) => row[c]!)));
    const expected = rows.map((row) =>
      row.map((value, c) => (value - columns[c]!.mean) / Math.sqrt(columns[c]!.variance + 1e-5)),
    );
    expect(y).toBeAllClose(expected);
    expect(parameters.get('running_mean')!.variable).toBeAllClose(columns.map(({ mean }) => 0.25 * mean));
    expect(parameters.get('running_var')!.variable).toBeAllClose(
      columns.map(({ variance }) => 0.75 + 0.25 * variance * (4 / 3)),
    );
    expect(parameters.get('num_batches_tracked')!.variable.dataSync()[0]).toBe(1);
    expect(parameters.get('running_var')!.isTrainable).toBe(false);
    // PyTorch's numbers, not the biased variance that TensorFlow would track.
    expect(parameters.get('running_var')!.variable).not.toBeAllClose(
      columns.map(({ variance }) => 0.75 + 0.25 * variance),
    );
    tf.dispose([x, y]);
    dispose();
  });

  test('evaluation uses the running statistics and leaves them alone', () => {
    const { scope, parameters, dispose } = createParameters(createRandomStream(0));
    const normalize = createBatchNorm(scope, { channels: 3 });
    const x = tf.tensor2d(rows);
    const y = normalize(x, { isTraining: false });
    expect(y).toBeAllClose(rows.map((row) => row.map((value) => value / Math.sqrt(1 + 1e-5))));
    expect(parameters.get('num_batches_tracked')!.variable.dataSync()[0]).toBe(0);
    tf.dispose([x, y]);
    dispose();
  });

  test('batch norm refuses to train on one value per channel', () => {
    const { scope, dispose } = createParameters(createRandomStream(0));
    const normalize = createBatchNorm(scope, { channels: 3 });
    const x = tf.tensor2d([[1, 2, 3]]);
    expect(() => normalize(x, { isTraining: true })).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
    x.dispose();
    dispose();
  });

  test('tracking inside a gradient works and leaves nothing behind', () => {
    const { scope, parameters, dispose } = createParameters(createRandomStream(0));
    const normalize = createBatchNorm(scope, { channels: 3 });
    const x = tf.tensor2d(rows);
    const before = tf.memory().numTensors;
    tf.grad((input: tf.Tensor) => tf.sum(tf.square(normalize(input, { isTraining: true }))))(x).dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(parameters.get('num_batches_tracked')!.variable.dataSync()[0]).toBe(1);
    x.dispose();
    dispose();
  });

  test('group norm keeps its precision far from 0', () => {
    const { scope, dispose } = createParameters(createRandomStream(0));
    const normalize = createGroupNorm(scope, { groups: 1, channels: 2 });
    const x = tf.tensor3d([1000.5, 1001, 999, 999.5, 1000, 1002], [1, 3, 2]);
    const { mean, variance } = moments([1000.5, 1001, 999, 999.5, 1000, 1002]);
    const y = normalize(x);
    expect(y).toBeAllClose(
      [1000.5, 1001, 999, 999.5, 1000, 1002].map((v) => (v - mean) / Math.sqrt(variance + 1e-5)),
      { rtol: 5e-4 },
    );
    tf.dispose([x, y]);
    dispose();
  });

  test('layer norm and pixel norm are their formulas in float64', () => {
    const { scope, dispose } = createParameters(createRandomStream(0));
    const normalize = createLayerNorm(scope, { features: 3 });
    const x = tf.tensor2d(rows);
    const [layer, pixel] = [normalize(x), pixelNorm(x)];
    expect(layer).toBeAllClose(
      rows.map((row) => {
        const { mean, variance } = moments(row);
        return row.map((value) => (value - mean) / Math.sqrt(variance + 1e-5));
      }),
    );
    expect(pixel).toBeAllClose(
      rows.map((row) => {
        const meanSquare = row.reduce((sum, value) => sum + value * value, 0) / 3;
        return row.map((value) => value / Math.sqrt(meanSquare + 1e-8));
      }),
    );
    tf.dispose([x, layer, pixel]);
    dispose();
  });

  test('groups must divide the channels', () => {
    const { scope, dispose } = createParameters(createRandomStream(0));
    expect(() => createGroupNorm(scope, { groups: 3, channels: 4 })).toThrow(
      expect.objectContaining({ code: 'E_CONFIG' }),
    );
    dispose();
  });
});
