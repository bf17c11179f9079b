import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeBackend } from '../device/close-backend.ts';
import { selectBackend } from '../device/select-backend.ts';
import { silu } from '../kernels/silu/index.ts';
import { logSoftmax } from '../kernels/softmax/log-softmax.ts';
import { tf } from '../tf.ts';
import { useEngine } from './use-engine.ts';

// A net of everything that is divided among threads, large enough that it is: the loss and every gradient have the
// same bits for any number of threads, in each build.
const wave = (shape: number[], phase: number): tf.Tensor =>
  tf.sin(tf.range(0, tf.util.sizeFromShape(shape)).mul(0.37).add(phase)).reshape(shape);

const shapes = [[8, 32, 32, 16], [3, 3, 16, 24], [24], [4, 4, 24, 40], [16 * 16 * 40, 33], [33, 17]];

function net(...[images, first, bias, second, dense, last]: tf.Tensor[]): tf.Scalar {
  const near = silu(tf.conv2d(images as tf.Tensor4D, first as tf.Tensor4D, 1, 'same').add(bias!));
  const far = tf.conv2d(tf.leakyRelu(near) as tf.Tensor4D, second as tf.Tensor4D, 2, 'same');
  const flat = tf.tanh(far).reshape([8, -1]);
  const hidden = tf.concat([tf.matMul(flat, dense!), tf.matMul(flat.sub(1), dense!)], 0);
  const logits = logSoftmax(tf.matMul(tf.sigmoid(hidden), last!));
  return tf.mean(logits.square()).add(tf.mean(tf.sum(near, [0, 1, 2]).square())) as tf.Scalar;
}

async function step(): Promise<Float32Array[]> {
  const { value, grads } = tf.tidy(() => tf.valueAndGrads(net)(shapes.map(wave)));
  const tensors = [value, ...grads];
  const values = await Promise.all(tensors.map((tensor) => tensor.data()));
  tf.dispose(tensors);
  return values as Float32Array[];
}

describe.each(['simd', 'relaxed'] as const)('the %s build', (build) => {
  let onOne: Float32Array[];
  beforeAll(async () => {
    await selectBackend({ backend: 'wasm', threads: 1 });
    await useEngine({ isRelaxed: build === 'relaxed', threads: 1 });
    onOne = await step();
  });
  afterAll(closeBackend);

  test('gives numbers that depend on every input', () => {
    expect(onOne.length).toBe(shapes.length + 1);
    for (const values of onOne)
      expect(values.some((value) => value !== 0 && Number.isFinite(value))).toBe(true);
  });

  test.each([2, 3, 4])('has the same bits on %i threads', async (threads) => {
    await useEngine({ isRelaxed: build === 'relaxed', threads });
    for (let repeat = 0; repeat < 3; repeat++) {
      const values = await step();
      values.forEach((each, i) => {
        // Of bits and not of numbers: NaN and −0 count.
        expect(Buffer.compare(Buffer.from(each.buffer), Buffer.from(onOne[i]!.buffer)), `tensor ${i}`).toBe(
          0,
        );
      });
    }
  });
});
