import { expect, test } from 'vitest';
import { describeOnBackends } from '../testing/describe-on-backends.ts';
import { expectAllClose } from '../testing/expect-all-close.ts';
import { tf } from '../tf.ts';

// For a linear operation f, ⟨f(x), dy⟩ = ⟨x, fᵀ(dy)⟩ for every x and dy, and fᵀ is the gradient: an exact check in
// every mode. Differentiating fᵀ must give f back.

type Image = tf.Tensor4D;

const bilinear = (size: [number, number], alignCorners: boolean, halfPixel: boolean) => (x: tf.Tensor) =>
  tf.image.resizeBilinear(x as Image, size, alignCorners, halfPixel);
const nearest = (size: [number, number], alignCorners: boolean, halfPixel: boolean) => (x: tf.Tensor) =>
  tf.image.resizeNearestNeighbor(x as Image, size, alignCorners, halfPixel);

const operations: readonly [string, number[], (x: tf.Tensor) => tf.Tensor][] = [
  ['bilinear 5×4 → 8×9, half pixel', [2, 5, 4, 3], bilinear([8, 9], false, true)],
  ['bilinear 5×4 → 3×2, half pixel', [2, 5, 4, 3], bilinear([3, 2], false, true)],
  ['bilinear 5×4 → 8×9, aligned corners', [2, 5, 4, 3], bilinear([8, 9], true, false)],
  ['bilinear 5×4 → 1×1, aligned corners', [2, 5, 4, 3], bilinear([1, 1], true, false)],
  ['bilinear 1×4 → 3×7', [2, 1, 4, 3], bilinear([3, 7], false, false)],
  ['nearest 3×5 → 6×15', [2, 3, 5, 2], nearest([6, 15], false, false)],
  ['nearest 3×5 → 6×15, half pixel', [2, 3, 5, 2], nearest([6, 15], false, true)],
  ['nearest 3×5 → 6×15, aligned corners', [2, 3, 5, 2], nearest([6, 15], true, false)],
  ['nearest 7×6 → 10×4', [2, 7, 6, 2], nearest([10, 4], false, false)],
  ['nearest 7×6 → 3×4, half pixel', [2, 7, 6, 2], nearest([3, 4], false, true)],
  ['avgPool 3×2, stride 2×1, same', [2, 6, 5, 2], (x) => tf.avgPool(x as Image, [3, 2], [2, 1], 'same')],
  ['avgPool 2, stride 3, pad 1', [2, 7, 6, 2], (x) => tf.avgPool(x as Image, 2, 3, 1)],
  ['avgPool 3, stride 2, valid', [2, 7, 8, 2], (x) => tf.avgPool(x as Image, 3, 2, 'valid')],
  [
    'mirrorPad reflect on three axes',
    [3, 4, 5],
    (x) =>
      tf.mirrorPad(
        x,
        [
          [2, 1],
          [0, 3],
          [4, 4],
        ],
        'reflect',
      ),
  ],
  [
    'mirrorPad symmetric on three axes',
    [3, 4, 5],
    (x) =>
      tf.mirrorPad(
        x,
        [
          [3, 1],
          [0, 4],
          [5, 2],
        ],
        'symmetric',
      ),
  ],
  ['stridedSlice [1:8:3, 0:5:2]', [9, 6], (x) => tf.stridedSlice(x, [1, 0], [8, 5], [3, 2])],
  ['stridedSlice [-1:-8:-3, 1:5:2]', [9, 6], (x) => tf.stridedSlice(x, [-1, 1], [-8, 5], [-3, 2])],
  ['stridedSlice [4, 1:5]', [9, 6], (x) => tf.stridedSlice(x, [4, 1], [5, 5], [1, 1], 0, 0, 0, 0, 1)],
  ['stridedSlice [:, ::4]', [3, 6], (x) => tf.stridedSlice(x, [0, 0], [0, 0], [1, 4], 3, 3)],
  ['depthToSpace 3', [2, 2, 3, 18], (x) => tf.depthToSpace(x as Image, 3, 'NHWC')],
  ['tile', [2, 3, 2], (x) => tf.tile(x, [3, 1, 2])],
  ['mean over inner and outer axes', [2, 3, 4, 5], (x) => tf.mean(x, [0, 2])],
];

describeOnBackends(
  'the gradient is the adjoint, and the gradient of the gradient the operation itself',
  () => {
    test.each(operations)('%s', async (_name, shape, operation) => {
      const x = ramp(shape, 0.37);
      const y = operation(x);
      const dy = ramp(y.shape, 0.71);
      const adjoint = (gradient: tf.Tensor) => tf.grad(operation)(x, gradient);
      const dx = adjoint(dy);
      const inner = [tf.sum(tf.mul(y, dy)), tf.sum(tf.mul(x, dx))];
      const scale = await tf.sum(tf.abs(tf.mul(y, dy))).data();
      const [left, right] = await Promise.all(inner.map(async (value) => (await value.data())[0]!));
      expect(Math.abs(left! - right!)).toBeLessThan(1e-5 * scale[0]! + 1e-5);
      await expectAllClose(tf.grad(adjoint)(dy, x), y);
      // The control: another dx of the same shape does not pass.
      const wrong = (await tf.sum(tf.mul(x, tf.add(dx, 0.05))).data())[0]!;
      expect(Math.abs(left! - wrong)).toBeGreaterThan(1e-5 * scale[0]! + 1e-5);
    });

    test('half-pixel bilinear 2 → 4 has the weights of its definition', async () => {
      const images = tf.eye(2).reshape([1, 2, 1, 2]) as Image;
      const weights = [1, 0, 0.75, 0.25, 0.25, 0.75, 0, 1];
      await expectAllClose(tf.image.resizeBilinear(images, [4, 1], false, true), weights);
      const dx = tf.grad((x) => tf.image.resizeBilinear(x as Image, [4, 1], false, true));
      await expectAllClose(dx(tf.zeros([1, 2, 1, 1]), tf.tensor4d([1, 10, 100, 1000], [1, 4, 1, 1])), [
        1 + 7.5 + 25,
        2.5 + 75 + 1000,
      ]);
    });
  },
  { backends: ['cpu', 'wasm', 'webgpu'] },
);

function ramp(shape: number[], frequency: number): tf.Tensor {
  const size = tf.util.sizeFromShape(shape);
  return tf.tensor(
    Array.from({ length: size }, (_, i) => Math.sin(frequency * i + frequency) + 0.2),
    shape,
  );
}
