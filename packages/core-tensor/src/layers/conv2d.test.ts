import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { createParameters } from '../parameters/create-parameters.ts';
import { ones, zeros } from '../parameters/initializers.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import '../testing/to-be-all-close.ts';
import { createConvTranspose2d } from './conv-transpose2d.ts';
import { createConv2d } from './conv2d.ts';
import { createEmbedding } from './embedding.ts';
import { createLinear } from './linear.ts';

describeOnBackends('weights and biases', () => {
  test('start as PyTorch starts them: uniform in ±1/√fanIn', () => {
    const { scope, parameters, dispose } = createParameters(createRandomStream(3));
    createConv2d(scope.child('conv'), { inChannels: 8, outChannels: 16, kernelSize: 3 });
    createLinear(scope.child('linear'), { inFeatures: 50, outFeatures: 40 });
    // PyTorch's fan-in of a transposed convolution counts its outputs.
    createConvTranspose2d(scope.child('transposed'), { inChannels: 4, outChannels: 16, kernelSize: 4 });
    for (const [name, fanIn] of [
      ['conv', 72],
      ['linear', 50],
      ['transposed', 256],
    ] as const) {
      const bound = 1 / Math.sqrt(fanIn);
      const weight = parameters.get(`${name}.weight`)!.variable.dataSync<'float32'>();
      const largest = weight.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const variance = weight.reduce((sum, value) => sum + value * value, 0) / weight.length;
      expect(largest).toBeLessThanOrEqual(bound);
      expect(largest).toBeGreaterThan(0.97 * bound);
      expect(variance / (bound ** 2 / 3)).toBeGreaterThan(0.9);
      expect(variance / (bound ** 2 / 3)).toBeLessThan(1.1);
      const bias = parameters.get(`${name}.bias`)!.variable.dataSync<'float32'>();
      expect(bias.every((value) => Math.abs(value) <= bound)).toBe(true);
    }
    dispose();
  });

  test('may be left out or started otherwise', () => {
    const { scope, parameters, dispose } = createParameters(createRandomStream(3));
    const options = { inFeatures: 2, outFeatures: 1, initializer: ones() };
    createLinear(scope.child('a'), { ...options, bias: false });
    createLinear(scope.child('b'), { ...options, biasInitializer: zeros() });
    expect([...parameters.keys()]).toEqual(['a.weight', 'b.weight', 'b.bias']);
    expect([...parameters.get('b.bias')!.variable.dataSync()]).toEqual([0]);
    expect([...parameters.get('a.weight')!.variable.dataSync()]).toEqual([1, 1]);
    dispose();
  });

  test('a linear weight over a flattened map says so', () => {
    const { scope, parameters, dispose } = createParameters(createRandomStream(3));
    createLinear(scope, { inFeatures: 12, outFeatures: 1, chwShape: [3, 2, 2] });
    expect(parameters.get('weight')).toMatchObject({ layout: 'linearFromChw', chwShape: [3, 2, 2] });
    expect(() =>
      createLinear(scope.child('wrong'), { inFeatures: 12, outFeatures: 1, chwShape: [3, 2, 3] }),
    ).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
    dispose();
  });

  test('an embedding looks rows up', () => {
    const { scope, parameters, dispose } = createParameters(createRandomStream(3));
    const lookUp = createEmbedding(scope, { count: 4, size: 2 });
    const table = [...parameters.get('weight')!.variable.dataSync()];
    tf.tidy(() => {
      const rows = lookUp(tf.tensor2d([[3, 0, 3]], [1, 3], 'int32'));
      expect(rows.shape).toEqual([1, 3, 2]);
      expect(rows).toBeAllClose([...table.slice(6), ...table.slice(0, 2), ...table.slice(6)], {
        rtol: 0,
        atol: 0,
      });
    });
    dispose();
  });

  test('impossible sizes are refused by name', () => {
    const { scope, parameters, dispose } = createParameters(createRandomStream(3));
    const conv = { inChannels: 1, outChannels: 1, kernelSize: 3 };
    for (const wrong of [
      { inChannels: 0 },
      { outChannels: 1.5 },
      { kernelSize: Number.NaN },
      { stride: -1 },
      { padding: -1 },
      { dilation: 0 },
    ]) {
      expect(() => createConv2d(scope, { ...conv, ...wrong })).toThrow(
        expect.objectContaining({
          code: 'E_CONFIG',
          message: expect.stringContaining(Object.keys(wrong)[0]!),
        }),
      );
    }
    for (const wrong of [{ outputPadding: 2, stride: 2 }, { padding: 3 }]) {
      expect(() => createConvTranspose2d(scope, { ...conv, ...wrong })).toThrow(
        expect.objectContaining({
          code: 'E_CONFIG',
          message: expect.stringContaining(Object.keys(wrong)[0]!),
        }),
      );
    }
    expect(parameters.size).toBe(0);
    dispose();
  });
});
