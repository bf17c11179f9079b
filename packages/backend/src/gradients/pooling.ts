import { TintypeError } from '../errors/tintype-error.ts';
import { tf } from '../tf.ts';
import { runKernel } from './engine.ts';
import { defineGradient, type GradientEntry, zeroGradient } from './gradient-entry.ts';

export interface PoolAttributes {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'same' | 'valid' | number | [[number, number], [number, number], [number, number], [number, number]];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

// tf.avgPool divides by the number of values really inside the window, tfjs's AvgPoolGrad by the window's area.
// They are adjoint once dy is scaled by area ÷ count, which differs from 1 only at padded edges.

const avgPoolGradient = defineGradient<PoolAttributes>({
  kernelName: 'AvgPool',
  inputsToSave: ['x'],
  gradient: (dy, [x], attributes) => ({
    x: () => {
      assertDefaultRounding(x!.shape, dy.shape, attributes);
      const { filterSize, strides, pad } = attributes;
      const scaled = scaleByCount(dy, x!.shape, attributes, (area, count) => area / count);
      return runKernel('AvgPoolGrad', { dy: scaled, input: x! }, { filterSize, strides, pad });
    },
  }),
});

/** dx = AvgPoolGrad(dy): linear in dy, and independent of the values of `input`. */
const avgPoolGradGradient = defineGradient<PoolAttributes>({
  kernelName: 'AvgPoolGrad',
  inputsToSave: [],
  gradient: (ddx, _saved, attributes) => ({
    dy: () => {
      const { filterSize, strides, pad } = attributes;
      const mean = runKernel('AvgPool', { x: ddx }, { filterSize, strides, pad });
      return scaleByCount(mean, ddx.shape, attributes, (area, count) => count / area);
    },
    input: () => zeroGradient(ddx),
  }),
});

export const poolingGradients: readonly GradientEntry[] = [avgPoolGradient, avgPoolGradGradient];

type ImageShape = [number, number, number, number];

export function poolInfo(
  inputShape: number[],
  { filterSize, strides, pad, dimRoundingMode }: PoolAttributes,
) {
  return tf.backend_util.computePool2DInfo(
    inputShape as ImageShape,
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
}

/** Multiplies pooled values [batch, h, w, c] by a factor of the window's area and of the values inside it. */
function scaleByCount(
  pooled: tf.Tensor,
  inputShape: number[],
  attributes: PoolAttributes,
  factor: (area: number, count: number) => number,
): tf.Tensor {
  const info = poolInfo(inputShape, { ...attributes, dimRoundingMode: undefined });
  const { outHeight, outWidth, filterHeight, filterWidth, padInfo } = info;
  const area = filterHeight * filterWidth;
  const rows = insideCounts(outHeight, info.strideHeight, filterHeight, padInfo.top, info.inHeight);
  const columns = insideCounts(outWidth, info.strideWidth, filterWidth, padInfo.left, info.inWidth);
  const factors = rows.flatMap((row) => columns.map((column) => factor(area, row * column)));
  if (factors.every((value) => value === 1)) return pooled;
  return pooled.mul(tf.tensor4d(factors, [1, outHeight, outWidth, 1]));
}

/** How many positions of each window along one axis lie inside the image. */
function insideCounts(outLength: number, stride: number, window: number, before: number, length: number) {
  return Array.from({ length: outLength }, (_, i) => {
    const start = i * stride - before;
    return Math.min(length, start + window) - Math.max(0, start);
  });
}

/** tfjs's AvgPoolGrad knows no rounding mode: with another output size it would read the wrong values. */
function assertDefaultRounding(
  inputShape: number[],
  outputShape: number[],
  attributes: PoolAttributes,
): void {
  const info = poolInfo(inputShape, { ...attributes, dimRoundingMode: undefined });
  if (tf.util.arraysEqual(info.outShape, outputShape)) return;
  throw new TintypeError('E_GRADIENT_UNSUPPORTED', {
    where: 'tf.avgPool',
    what: 'no gradient for this dimRoundingMode',
    got: attributes.dimRoundingMode,
    expected: "'floor'",
    remedy: 'Pad the image with tf.pad so that the windows fit',
  });
}
