import { attention, logSoftmax, tf } from '@tintype/backend';
import { expect, test } from 'vitest';
import { createRandomStream } from '../random/create-random-stream.ts';
import { describeOnBackends } from '../testing/index.ts';
import { exportOnnx } from './export-onnx.ts';
import { openOnnx } from './open-onnx.test-support.ts';

const rng = createRandomStream(3);
/** Fixed numbers between −1 and 1. */
const draw = (name: string, shape: number[]) => {
  const length = shape.reduce((product, side) => product * side, 1);
  return tf.tensor(
    Float32Array.from({ length }, (_, at) => Math.sin(3 * at + name.length)),
    shape,
  );
};

type Maps = tf.Tensor4D;
type Case = (x: Maps) => tf.Tensor;

/** A pixel-wise convolution in front puts a map's channels first in the file, so that both forms are met. */
const throughConvolution = (x: Maps) => tf.conv2d(x, draw('mix', [1, 1, 4, 4]) as Maps, 1, 0);
const lower = (x: Maps) => tf.tensor1d([0.5, -1, 2, 0.1]).add(tf.mul(x, 0.1));
const rows = (x: Maps) => tf.reshape(x, [x.shape[0], 24, 4]) as tf.Tensor3D;

const cases: Record<string, Case> = {
  'elementwise functions of one tensor': (x) => {
    const positive = tf.add(tf.abs(x), 0.5);
    return tf.addN([
      tf.exp(tf.neg(positive)),
      tf.log(positive),
      tf.sqrt(positive),
      tf.rsqrt(positive),
      tf.square(x),
      tf.reciprocal(positive),
      tf.sin(x),
      tf.cos(x),
      tf.tanh(x),
      tf.sigmoid(x),
      tf.relu(x),
      tf.relu6(tf.mul(x, 5)),
      tf.leakyRelu(x, 0.3),
      tf.elu(x),
      tf.selu(x),
      tf.softplus(x),
      tf.erf(x),
      tf.expm1(x),
      tf.log1p(positive),
      tf.clipByValue(x, -0.5, 0.7),
      tf.step(x, 0.25),
    ]);
  },
  'rounding and signs': (x) =>
    tf.addN([tf.floor(x), tf.ceil(x).mul(10), tf.round(tf.mul(x, 2)).mul(0.1), tf.sign(x), tf.onesLike(x)]),
  'elementwise functions of two tensors': (x) => {
    const y = lower(x);
    return tf.addN([
      tf.sub(x, y),
      tf.div(x, tf.add(tf.abs(y), 1)),
      tf.maximum(x, y),
      tf.minimum(x, 0.1),
      tf.squaredDifference(x, y),
      tf.cast(tf.floorDiv(x, tf.add(tf.abs(y), 1)), 'float32'),
      tf.pow(tf.abs(y), 1.5),
      tf.prelu(x, tf.tensor1d([0.1, 0.2, 0.3, 0.4]) as tf.Tensor as Maps),
    ]);
  },
  'comparisons, logic and where': (x) => {
    const y = lower(x);
    const both = tf.logicalAnd(tf.greater(x, y), tf.lessEqual(x, 1));
    const other = tf.logicalOr(tf.less(x, -1), tf.logicalNot(tf.greaterEqual(x, -2)));
    const equal = tf.logicalAnd(tf.notEqual(x, y), tf.equal(x, x));
    return tf.where(both, x, tf.where(other, y, tf.cast(equal, 'float32')));
  },
  'broadcasting of each rank': (x) =>
    tf.addN([
      tf.mul(x, draw('channels', [4])),
      tf.mul(x, draw('columns', [6, 1])),
      tf.mul(x, tf.mean(x, [1, 2], true)),
      tf.mul(x, tf.reshape(tf.mean(x, [1, 2]), [-1, 1, 1, 4])),
      tf.mul(x, draw('maps', [4, 6, 4])),
    ]),
  reductions: (x) =>
    tf.addN([
      tf.sum(x, [1, 2]),
      tf.tile(tf.mean(tf.mean(x, 3, true), [1, 2]), [1, 4]),
      tf.max(x, [1, 2]),
      tf.min(x, [2, 1]),
      tf.prod(tf.max(x, 1), 1),
      tf.tile(tf.sum(tf.sum(x, [1, 3]), 1, true), [1, 4]),
    ]),
  'softmax and its logarithm': (x) => tf.add(tf.softmax(x), logSoftmax(x)),
  'index of the largest, one-hot and a table': (x) => {
    const index = tf.argMax(tf.mean(x, [1, 2]), 1);
    const table = draw('table', [4, 5]) as tf.Tensor2D;
    return tf.add(tf.gather(table, index), tf.matMul(tf.oneHot(index, 4).toFloat(), table as tf.Tensor));
  },
  'running sums': (x) => tf.add(tf.cumsum(x, 1), tf.cumsum(x, 2, true, true)),
  'joining, cutting and turning': (x) => {
    const [left, right] = tf.split(x, 2, 3) as [Maps, Maps];
    const [first] = tf.split(x, [1, 3], 1) as [Maps];
    const joined = tf.concat([right, tf.reverse(left, [1, 3]), first.tile([1, 4, 1, 1])], 3);
    return tf.slice(joined, [0, 1, 2, 1], [-1, 2, -1, 6]);
  },
  'padding with a number and by reflection': (x) => {
    const sides: [number, number][] = [
      [0, 0],
      [1, 0],
      [2, 1],
      [0, 3],
    ];
    const mirrored = tf.mirrorPad(
      x,
      [
        [0, 0],
        [2, 1],
        [1, 1],
        [0, 0],
      ],
      'reflect',
    );
    return tf.concat(
      [tf.reshape(tf.pad(x, sides, 0.5), [-1, 5 * 9 * 7]), tf.reshape(mirrored, [-1, 7 * 8 * 4])],
      1,
    );
  },
  'stacking, unstacking and new axes': (x) => {
    const [a, b] = tf.unstack(tf.stack([x, tf.neg(x)], 1), 1) as [Maps, Maps];
    return tf.expandDims(tf.squeeze(tf.expandDims(tf.sub(a, tf.mul(b, 2)), 3), [3]), 1);
  },
  'transposes and reshapes that mix samples and rows': (x) => {
    const apart = tf.transpose(tf.reshape(x, [-1, 2, 3, 8]), [0, 2, 1, 3]);
    return tf.transpose(tf.reshape(apart, [-1, 4, 3, 8]), [0, 3, 1, 2]);
  },
  'convolutions with strides, dilation and each padding': (x) => {
    const filter = draw('filter', [3, 3, 4, 2]) as Maps;
    const parts = [
      tf.conv2d(x, filter, 2, 'same'),
      tf.conv2d(x, filter, 1, 'valid'),
      tf.conv2d(x, filter, 1, 2, 'NHWC', 2),
      tf.depthwiseConv2d(x, filter, 1, 'same'),
    ];
    return tf.concat(
      parts.map((part) => tf.reshape(part, [x.shape[0], -1])),
      1,
    );
  },
  'a transposed convolution with a remainder': (x) =>
    tf.conv2dTranspose(x, draw('up', [3, 3, 2, 4]) as Maps, [x.shape[0], 8, 12, 2], 2, 'same'),
  'pooling and resizing': (x) => {
    const pooled = tf.add(tf.maxPool(x, 2, 2, 'valid'), tf.avgPool(x, 3, 2, 'same'));
    const enlarged = tf.add(
      tf.image.resizeNearestNeighbor(pooled as Maps, [4, 6]),
      tf.image.resizeBilinear(pooled as Maps, [4, 6], false, true),
    );
    return tf.depthToSpace(enlarged as Maps, 2);
  },
  'products of matrices, stacked and turned': (x) => {
    const tokens = rows(x);
    const scores = tf.matMul(tokens, tokens, false, true);
    const context = tf.matMul(tf.mean(x, [1, 2]), draw('square', [4, 4]) as tf.Tensor2D, false, true);
    return tf.add(tf.matMul(scores, tokens, true), tf.expandDims(context, 1));
  },
  'attention with keys of another length': (x) => {
    const keys = tf.slice(rows(x), [0, 2, 0], [-1, 5, -1]) as tf.Tensor3D;
    const values = tf.mul(keys, 2) as tf.Tensor3D;
    const heads = attention(rows(x), keys, values, { heads: 2, scale: 0.7 });
    return tf.add(heads, attention(rows(x), keys, values, { heads: 1, scale: 0.5 }));
  },
};

describeOnBackends(
  'in onnxruntime',
  () => {
    for (const [name, run] of Object.entries(cases)) {
      test(`${name} are what they are here`, async () => {
        const both = (x: Maps) =>
          tf.tidy(() => ({ plain: run(x), moved: run(throughConvolution(x) as Maps) }));
        const file = await exportOnnx({
          inputs: { x: { shape: ['batch', 4, 6, 4] } },
          run: ({ x }) => both(x as Maps),
        });
        const x = rng.fork(name).normal<tf.Rank.R4>([3, 4, 6, 4]);
        const { plain, moved } = await (await openOnnx(file))({ x });
        const expected = both(x);
        expect(plain).toBeAllClose(expected.plain, { rtol: 1e-5, atol: 1e-6 });
        expect(moved).toBeAllClose(expected.moved, { rtol: 1e-5, atol: 1e-6 });
      });
    }
  },
  { backends: ['cpu'] },
);
