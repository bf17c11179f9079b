import { expect, test } from 'vitest';
import { describeOnBackends } from '../../testing/describe-on-backends.ts';
import { expectAllClose } from '../../testing/expect-all-close.ts';
import { expectGradients } from '../../testing/expect-gradients.ts';
import { tf } from '../../tf.ts';
import { conv2dWithBias } from './conv2d-with-bias.ts';
import { matMulWithBias } from './mat-mul-with-bias.ts';

describeOnBackends('products with a bias', (backendName) => {
  const values = (shape: number[], seed: number) =>
    tf.tidy(() => tf.sin(tf.mul(tf.range(1, 1 + tf.util.sizeFromShape(shape)), seed)).reshape(shape));

  test.each([
    [1, 1, 'same', 1],
    [3, 1, 'same', 1],
    [3, 2, 1, 1],
    [4, 2, 'same', 1],
    [3, 1, 'valid', 2],
  ] as const)(
    'conv2d %d×%d, stride %d, padding %s, dilation %d equals conv2d and add',
    async (size, strides, pad, dilations) => {
      const [x, w] = [values([2, 7, 6, 3], 0.7), values([size, size, 3, 5], 1.3)] as [
        tf.Tensor4D,
        tf.Tensor4D,
      ];
      const bias = values([5], 2.1);
      const y = conv2dWithBias(x, w, bias, { strides, pad, dilations });
      const expected = tf.add(tf.conv2d(x, w, strides, pad, 'NHWC', dilations), bias);
      await expectAllClose(y, expected.dataSync());
      expect(y.shape).toEqual(expected.shape);
      // The control: without the bias it is not met.
      const unbiased = conv2dWithBias(x, w, tf.zeros([5]), { strides, pad, dilations });
      await expect(expectAllClose(unbiased, expected.dataSync())).rejects.toThrow();
      tf.dispose([x, w, bias, y, expected, unbiased]);
    },
  );

  test('conv2d has first and second derivatives', async () => {
    const run = (x: tf.Tensor, w: tf.Tensor, bias: tf.Tensor) =>
      conv2dWithBias(x as tf.Tensor4D, w as tf.Tensor4D, bias, { strides: 2, pad: 'same' });
    await expectTwoOrders(run, [values([1, 4, 4, 2], 0.7), values([3, 3, 2, 3], 1.3), values([3], 2.1)]);
  });

  test('matMul equals matMul and add, and has first and second derivatives', async () => {
    const [a, b, bias] = [values([5, 3], 0.7), values([3, 9], 1.3), values([9], 2.1)];
    const y = matMulWithBias(a as tf.Tensor2D, b as tf.Tensor2D, bias);
    await expectAllClose(y, tf.add(tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D), bias).dataSync());
    const run = (x: tf.Tensor, w: tf.Tensor, c: tf.Tensor) =>
      matMulWithBias(x as tf.Tensor2D, w as tf.Tensor2D, c);
    await expectTwoOrders(run, [a, b, bias]);
  });

  test('an empty batch gives an empty result', () => {
    const filter = tf.ones<tf.Rank.R4>([3, 3, 2, 4]);
    const y = conv2dWithBias(tf.zeros([0, 5, 5, 2]), filter, tf.ones([4]), { strides: 1, pad: 'same' });
    expect(y.shape).toEqual([0, 5, 5, 4]);
    expect(matMulWithBias(tf.zeros([0, 2]), tf.ones([2, 3]), tf.ones([3])).shape).toEqual([0, 3]);
  });

  test('tf.fused.conv2d equals the plain operations', async () => {
    const [x, filter] = [values([2, 7, 6, 3], 0.7), values([3, 3, 3, 5], 1.3)] as [tf.Tensor4D, tf.Tensor4D];
    const bias = values([5], 2.1) as tf.Tensor1D;
    for (const activation of ['linear', 'relu', 'sigmoid', 'leakyrelu'] as const) {
      const fused = tf.fused.conv2d({
        x,
        filter,
        strides: 2,
        pad: 'same',
        bias,
        activation,
        leakyreluAlpha: 0.2,
      });
      const sum = tf.add(tf.conv2d(x, filter, 2, 'same'), bias);
      const plain = {
        linear: () => sum,
        relu: () => tf.relu(sum),
        sigmoid: () => tf.sigmoid(sum),
        leakyrelu: () => tf.leakyRelu(sum, 0.2),
      }[activation]();
      await expectAllClose(fused, plain.dataSync());
    }
  });

  if (backendName === 'wasm') {
    test('no input gradient is computed where none is asked for', () => {
      const names: string[] = [];
      const kernel = tf.getKernel('Conv2DBackpropInput', 'wasm');
      tf.unregisterKernel('Conv2DBackpropInput', 'wasm');
      tf.registerKernel({
        ...kernel,
        kernelFunc: (call) => {
          names.push('Conv2DBackpropInput');
          return kernel.kernelFunc(call);
        },
      });
      try {
        const [x, w, bias] = [values([1, 4, 4, 2], 0.7), values([3, 3, 2, 3], 1.3), values([3], 2.1)];
        const run = (filter: tf.Tensor) =>
          conv2dWithBias(x as tf.Tensor4D, filter as tf.Tensor4D, bias, { strides: 1, pad: 'same' });
        tf.grad(run)(w).dispose();
        expect(names).toEqual([]);
        tf.grad((input) =>
          conv2dWithBias(input as tf.Tensor4D, w as tf.Tensor4D, bias, { strides: 1, pad: 'same' }),
        )(x);
        expect(names).toEqual(['Conv2DBackpropInput']);
      } finally {
        tf.unregisterKernel('Conv2DBackpropInput', 'wasm');
        tf.registerKernel(kernel);
      }
    });
  }
});

type Product = (x: tf.Tensor, w: tf.Tensor, bias: tf.Tensor) => tf.Tensor;

/** By difference quotients: the gradient of a scalar of the product, and that of a scalar of its gradients. */
async function expectTwoOrders(product: Product, inputs: [tf.Tensor, tf.Tensor, tf.Tensor]): Promise<void> {
  const scalar = (...[x, w, bias]: tf.Tensor[]): tf.Scalar => tf.mean(tf.sin(product(x!, w!, bias!)));
  await expectGradients(scalar, inputs);
  const ofGradients = (...current: tf.Tensor[]): tf.Scalar => {
    const squares = tf
      .grads(scalar)(current)
      .map((gradient) => tf.sum(tf.square(gradient)));
    return tf.addN(squares) as tf.Scalar;
  };
  await expectGradients(ofGradients, inputs);
}
