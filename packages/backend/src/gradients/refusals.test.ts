import { expect, test } from 'vitest';
import { TintypeError } from '../errors/tintype-error.ts';
import { describeOnBackends } from '../testing/describe-on-backends.ts';
import { tf } from '../tf.ts';

const image = () => tf.ones<tf.Rank.R4>([1, 4, 4, 2]);

const refused: readonly [string, string, () => tf.Tensor][] = [
  ['einsum', 'matMul', () => tf.grad((a) => tf.einsum('ij,jk->ik', a, tf.ones([3, 2])))(tf.ones([2, 3]))],
  [
    'gatherND',
    'oneHot and tf.matMul',
    () => tf.grad((x) => tf.gatherND(x, tf.tensor2d([[1]], [1, 1], 'int32')))(tf.ones([3])),
  ],
  ['topk', 'tf.max', () => tf.grad((x) => tf.topk(x, 1).values)(tf.tensor1d([1, 2]))],
  [
    'cropAndResize',
    'grid-sample',
    () =>
      tf.grad((x) =>
        tf.image.cropAndResize(
          x as tf.Tensor4D,
          tf.tensor2d([[0, 0, 1, 1]]),
          tf.tensor1d([0], 'int32'),
          [3, 3],
        ),
      )(image()),
  ],
  [
    'image.transform',
    'grid-sample',
    () =>
      tf.grad((x) => tf.image.transform(x as tf.Tensor4D, tf.tensor2d([[1, 0, 0, 0, 1, 0, 0, 0]])))(image()),
  ],
  [
    'the second order of softmaxCrossEntropy',
    'tf.logSoftmax',
    () => {
      const labels = tf.tensor2d([[1, 0]]);
      return tf.grad(tf.grad((x) => tf.losses.softmaxCrossEntropy(labels, x)))(tf.tensor2d([[0.2, 0.4]]));
    },
  ],
  [
    'dilation2d',
    'tf.maxPool',
    () => tf.grad((x) => tf.dilation2d(x as tf.Tensor4D, tf.ones([2, 2, 2]), 1, 'same'))(image()),
  ],
  [
    'conv3d',
    'tf.conv2d',
    () =>
      tf.grad((x) => tf.conv3d(x as tf.Tensor5D, tf.ones([2, 2, 2, 1, 1]), 1, 'same'))(
        tf.ones([1, 3, 3, 3, 1]),
      ),
  ],
  [
    'stridedSlice',
    'then reshape',
    () => tf.grad((x) => tf.stridedSlice(x, [0, 1], [4, 2], [2, 1], 0, 0, 0, 0, 2))(tf.ones([4, 3])),
  ],
  ['prod', 'Multiply the slices', () => tf.grad(tf.grad((x) => tf.prod(x)))(tf.tensor1d([1, 2, 3]))],
  ['avgPool', 'tf.pad', () => tf.grad((x) => tf.avgPool(x as tf.Tensor4D, 3, 2, 0, 'ceil'))(image())],
];

describeOnBackends('a first derivative of softmaxCrossEntropy', () => {
  test('is not refused: softmax minus labels', async () => {
    const dx = tf.grad((x) => tf.losses.softmaxCrossEntropy(tf.tensor2d([[1, 0]]), x))(tf.tensor2d([[0, 0]]));
    expect(Array.from(await dx.data())).toEqual([-0.5, 0.5]);
  });
});

describeOnBackends('a gradient that would be wrong or missing', () => {
  test.each(refused)('of %s is refused, and the message says: %s', (_name, remedy, compute) => {
    let error: unknown;
    try {
      compute();
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(TintypeError);
    expect((error as TintypeError).code).toBe('E_GRADIENT_UNSUPPORTED');
    expect((error as TintypeError).message).toContain(remedy);
  });
});
