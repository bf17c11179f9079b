import '@tensorflow/tfjs-backend-wasm';
import { expect, test } from 'vitest';
import type { WasmBackend } from '../kernels/wasm-backend.ts';
import { fillNormals } from '../random/fill.ts';
import { describeOnThreads } from '../testing/describe-on-threads.ts';
import { expectAllClose } from '../testing/expect-all-close.ts';
import { poisonMemory } from '../testing/poison-memory.ts';
import { tf } from '../tf.ts';
import { adamUpdate } from './adam-update.ts';
import { averageUpdate } from './average-update.ts';
import { scaleToNorm } from './scale-to-norm.ts';

// Before any backend is selected this is tfjs's own, which keeps packed weights by a number of tfjs's.
const tfjsConvolution = tf.getKernel('Conv2D', 'wasm').kernelFunc;

const sizes = [0, 1, 3, 4, 4095, 4096, 8197, 50_001];
const decays = { beta1: 0.9, beta2: 0.999 };

function numbers(count: number, key: number): Float32Array {
  const values = new Float32Array(count);
  fillNormals(values, { keys: Uint32Array.of(key, 9), counter: 0, count });
  return values;
}

const variableOf = (values: Float32Array) => tf.tidy(() => tf.variable(tf.tensor1d(values), false));
const read = async (x: tf.Tensor) => [...(await x.data())];

function adamOf(size: number, key: number) {
  return {
    parameter: variableOf(numbers(size, key)),
    gradient: tf.tensor1d(numbers(size, key + 1)),
    mean: variableOf(numbers(size, key + 2)),
    square: variableOf(numbers(size, key + 3).map(Math.abs)),
    stepSize: 0.01 * key,
    scaledEpsilon: 1e-6,
    kept: 0.99,
  };
}
type Adam = ReturnType<typeof adamOf>;

/** What core-tensor composes where there is no such kernel. */
function composedAdam({
  parameter,
  gradient,
  mean,
  square,
  stepSize,
  scaledEpsilon,
  kept,
}: Adam): tf.Tensor[] {
  const newMean = tf.add(tf.mul(mean, decays.beta1), tf.mul(gradient, 1 - decays.beta1));
  const newSquare = tf.add(tf.mul(square, decays.beta2), tf.mul(tf.square(gradient), 1 - decays.beta2));
  const change = tf.mul(tf.div(newMean, tf.add(tf.sqrt(newSquare), scaledEpsilon)), stepSize);
  return [tf.sub(tf.mul(parameter, kept), change), newMean, newSquare];
}

describeOnThreads('updates of many tensors', () => {
  test('Adam has the bits of the plain operations, in place and on shared data', async () => {
    const updates = sizes.map((size, i) => adamOf(size, i + 1));
    const expected = updates.map((update) => tf.tidy(() => composedAdam(update)));
    const places = updates.map(({ parameter }) => parameter.dataId);
    const kept = updates[6]!.parameter.clone();
    const before = await read(kept);
    poisonMemory(8197);
    expect(adamUpdate(updates, decays)).toBe(true);
    for (const [i, { parameter, mean, square }] of updates.entries()) {
      for (const [at, variable] of [parameter, mean, square].entries()) {
        expect(await read(variable)).toEqual(await read(expected[i]![at]!));
      }
      expect(parameter.dataId === places[i]).toBe(i !== 6);
    }
    expect(await read(kept)).toEqual(before);
    tf.dispose([kept, expected, updates] as unknown as tf.TensorContainer);
  });

  test('an average has the bits of the plain operations, in place and on shared data', async () => {
    const updates = sizes.map((size, i) => ({
      average: variableOf(numbers(size, i)),
      value: tf.tensor1d(numbers(size, i + 20)),
      decay: 0.1 * (i + 1),
    }));
    const expected = updates.map(({ average, value, decay }) =>
      tf.tidy(() => tf.sub(average, tf.mul(tf.sub(average, value), 1 - decay))),
    );
    const kept = updates[5]!.average.clone();
    const before = await read(kept);
    poisonMemory(4096);
    expect(averageUpdate(updates)).toBe(true);
    for (const [i, { average }] of updates.entries()) {
      expect(await read(average)).toEqual(await read(expected[i]!));
    }
    expect(await read(kept)).toEqual(before);
    tf.dispose([kept, expected, updates] as unknown as tf.TensorContainer);
  });

  test('the norm is that of float64 and scales what is longer', async () => {
    const gradients = sizes.map((size, i) => tf.tensor1d(numbers(size, i + 40)));
    const values = sizes.flatMap((size, i) => [...numbers(size, i + 40)]);
    const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    poisonMemory(50_001);
    const clipped = scaleToNorm(gradients, 2)!;
    await expectAllClose(clipped.norm, [norm], { rtol: 1e-7, atol: 0 });
    const scaled = (await Promise.all(clipped.gradients.map(read))).flat();
    await expectAllClose(
      scaled,
      values.map((value) => (value * 2) / (norm + 1e-6)),
      { rtol: 1e-6, atol: 0 },
    );
    const loose = scaleToNorm(gradients, norm + 1)!;
    expect(await read(loose.gradients[7]!)).toEqual(await read(gradients[7]!));
    tf.dispose([gradients, clipped, loose] as unknown as tf.TensorContainer);
  });

  test('a NaN or an infinity anywhere is seen in the norm and in all that is scaled', async () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const gradients = [tf.tensor1d(numbers(9000, 3)), tf.tensor1d([1, bad, 2])];
      const { norm, gradients: scaled } = scaleToNorm(gradients, 1)!;
      expect(Number.isFinite((await read(norm))[0])).toBe(false);
      expect((await read(scaled[1]!))[1]).toBeNaN();
      tf.dispose([gradients, scaled, norm] as unknown as tf.TensorContainer);
    }
  });

  test('what was packed or cached of a weight is forgotten when it changes in place', async () => {
    const weight = tf.tidy(() => tf.variable(tf.ones<tf.Rank.R4>([3, 3, 8, 8]), false)) as tf.Tensor4D &
      tf.Variable;
    const x = tf.ones<tf.Rank.R4>([1, 6, 6, 8]);
    const sum = () => tf.tidy(() => tf.sum(tf.conv2d(x, weight, 1, 'valid')).dataSync()[0]!);
    const sumByTfjs = () => {
      const attributes = { strides: [1, 1], pad: 'valid', dilations: [1, 1], dataFormat: 'NHWC' };
      const backend = tf.backend();
      const call = { inputs: { x, filter: weight }, attrs: attributes, backend };
      const { dataId } = tfjsConvolution(call as unknown as Parameters<tf.KernelFunc>[0]) as tf.TensorInfo;
      const values = backend.readSync(dataId) as Float32Array;
      backend.disposeData(dataId);
      return values.reduce((total, value) => total + value, 0);
    };
    const whole = 16 * 8 * 72;
    await expectAllClose([sum(), sum(), sumByTfjs()], [whole, whole, whole]);
    const place = weight.dataId;
    averageUpdate([{ average: weight, value: tf.zeros(weight.shape), decay: 0.5 }]);
    expect(weight.dataId).toBe(place);
    await expectAllClose([sum(), sumByTfjs()], [whole / 2, whole / 2]);
  });

  test('a variable named twice is left to the plain operations', () => {
    const average = variableOf(numbers(5, 1));
    const update = { average, value: tf.zeros([5]), decay: 0.5 };
    expect(averageUpdate([update, update])).toBe(false);
  });

  test('works on while the heap grows', async () => {
    const update = adamOf(300_000, 1);
    const shared = update.parameter.clone();
    const expected = tf.tidy(() => composedAdam(update));
    const heap = () => (tf.backend() as unknown as WasmBackend).wasm.HEAPU8.byteLength;
    const before = heap();
    const ballast: tf.Tensor[] = [];
    while (heap() === before) ballast.push(tf.zeros([2 ** 20]));
    adamUpdate([update], decays);
    expect(await read(update.parameter)).toEqual(await read(expected[0]!));
    expect(await read(update.square)).toEqual(await read(expected[2]!));
    tf.dispose([shared, expected, ballast, update] as unknown as tf.TensorContainer);
  });

  test('frees its table and leaves one tensor a variable', () => {
    const updates = [adamOf(5000, 1), adamOf(7, 2)];
    const shared = updates[0]!.parameter.clone();
    const before = tf.memory();
    adamUpdate(updates, decays);
    shared.dispose();
    expect(tf.memory().numTensors).toBe(before.numTensors - 1);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  });
});
