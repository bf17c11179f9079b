import { expect, test } from 'vitest';
import { describeOnBackends } from '../testing/describe-on-backends.ts';
import { tf } from '../tf.ts';

/** Uses every kernel of ours: convolutions of each kind, pools, resizes, pads, embedding, a second derivative. */
function loss(x: tf.Tensor4D, weights: tf.Tensor[]): tf.Scalar {
  const [w1, w2, w3, table] = weights as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, tf.Tensor2D];
  const h = tf.leakyRelu(
    tf.conv2d(
      tf.mirrorPad(
        x,
        [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ],
        'reflect',
      ),
      w1,
      2,
      'same',
    ),
  );
  const up = tf.image.resizeBilinear(tf.conv2dTranspose(h, w2, [2, 6, 6, 2], 2, 'same'), [9, 7], false, true);
  const small = tf.concat([tf.avgPool(up, 3, 1, 'same'), tf.maxPool(up, 3, 1, 'same')], 3);
  const deep = tf.tanh(
    tf.depthwiseConv2d(tf.image.resizeNearestNeighbor(small, [12, 12]), w3, 1, 'same', 'NHWC', 2),
  );
  const rows = tf.gather(table, tf.tensor1d([0, 2, 2], 'int32'));
  return tf.add(tf.mean(tf.square(deep)), tf.sum(tf.tile(tf.elu(rows), [2, 1]))) as tf.Scalar;
}

describeOnBackends('fifty steps of first and second derivatives', () => {
  test('leave no tensor and no memory behind', () => {
    const x = tf.ones<tf.Rank.R4>([2, 4, 4, 2]);
    const shapes = [
      [4, 4, 2, 3],
      [4, 4, 2, 3],
      [3, 3, 4, 1],
      [3, 5],
    ];
    const weights = shapes.map((shape) => tf.variable(tf.fill(shape, 0.1)));
    const step = (): void => {
      tf.tidy(() => {
        const { value, grads } = tf.variableGrads(() => {
          const dx = tf.grad((input) => loss(input as tf.Tensor4D, weights))(x);
          return tf.add(loss(x, weights), tf.sum(tf.square(dx))) as tf.Scalar;
        });
        value.dataSync();
        for (const weight of weights) weight.assign(weight.sub(tf.mul(grads[weight.name]!, 0.01)));
      });
    };
    for (let i = 0; i < 3; i++) step();
    const before = { tensors: tf.memory().numTensors, data: tf.engine().backend.numDataIds() };
    for (let i = 0; i < 50; i++) step();
    expect({ tensors: tf.memory().numTensors, data: tf.engine().backend.numDataIds() }).toEqual(before);
    tf.dispose([x, weights]);
  });
});
