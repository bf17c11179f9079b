import { tf } from '../tf.ts';
import { defineGradient, type GradientEntry } from './gradient-entry.ts';

interface MatMulAttributes {
  transposeA: boolean;
  transposeB: boolean;
}

/** out = op(a)·op(b). tfjs's gradient forgets to sum over batch dimensions that were broadcast. */
const batchMatMulGradient = defineGradient<MatMulAttributes>({
  kernelName: 'BatchMatMul',
  inputsToSave: ['a', 'b'],
  gradient: (dy, [a, b], { transposeA, transposeB }) => ({
    a: () => {
      const da = transposeA ? tf.matMul(b!, dy, transposeB, true) : tf.matMul(dy, b!, false, !transposeB);
      return sumToShape(da, a!.shape);
    },
    b: () => {
      const db = transposeB ? tf.matMul(dy, a!, true, transposeA) : tf.matMul(a!, dy, !transposeA, false);
      return sumToShape(db, b!.shape);
    },
  }),
});

export const matMulGradients: readonly GradientEntry[] = [batchMatMulGradient];

/** The adjoint of broadcasting `shape` to `x.shape`: sums over what was added or stretched. */
function sumToShape(x: tf.Tensor, shape: number[]): tf.Tensor {
  if (tf.util.arraysEqual(x.shape, shape)) return x;
  const added = x.rank - shape.length;
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis < added || shape[axis - added] === 1);
  return tf.reshape(tf.sum(x, axes, true), shape);
}
