import { expect, test } from 'vitest';
import type { BackendName } from '../../device/backend-info.ts';
import { expectAllClose } from '../../testing/expect-all-close.ts';
import { tf } from '../../tf.ts';
import {
  type HostConvolution,
  hostFilterGradient,
  hostForward,
  hostInputGradient,
} from './host-convolution.test-support.ts';

interface ConvolutionCase {
  input: [number, number, number, number];
  filter: [number, number, number, number];
  strides?: number | [number, number];
  pad: 'same' | 'valid' | number | [number, number][];
  dilations?: number;
  isDepthwise?: boolean;
}

const explicit = (top: number, bottom: number, left: number, right: number): [number, number][] => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
];

/** Odd sizes, all strides and paddings, 1 to 7 channels, kernels larger than the stride and smaller. */
const convolutionCases: readonly ConvolutionCase[] = [
  { input: [2, 5, 7, 3], filter: [3, 3, 3, 5], pad: 'same' },
  { input: [2, 5, 7, 1], filter: [3, 3, 1, 2], pad: 'valid' },
  { input: [1, 8, 6, 4], filter: [4, 4, 4, 3], strides: 2, pad: 'same' },
  { input: [3, 7, 9, 2], filter: [4, 4, 2, 7], strides: 2, pad: 1 },
  { input: [2, 9, 7, 3], filter: [3, 3, 3, 4], strides: 3, pad: 'same' },
  { input: [2, 9, 11, 3], filter: [2, 3, 3, 4], strides: 3, pad: 'valid' },
  { input: [2, 7, 8, 5], filter: [5, 3, 5, 1], strides: [1, 2], pad: 'same' },
  { input: [2, 7, 8, 2], filter: [1, 1, 2, 6], pad: 'valid' },
  { input: [2, 7, 8, 2], filter: [1, 1, 2, 6], strides: 2, pad: 'same' },
  { input: [2, 6, 5, 3], filter: [3, 3, 3, 2], pad: explicit(2, 0, 1, 2) },
  { input: [2, 6, 5, 3], filter: [3, 2, 3, 2], strides: 2, pad: explicit(0, 2, 2, 1) },
  { input: [1, 6, 5, 2], filter: [2, 2, 2, 2], pad: explicit(3, 3, 2, 4) },
  { input: [2, 9, 8, 2], filter: [3, 3, 2, 3], pad: 'same', dilations: 2 },
  { input: [1, 9, 9, 2], filter: [2, 3, 2, 3], pad: 'valid', dilations: 3 },
  { input: [40, 16, 16, 2], filter: [3, 3, 2, 2], pad: 'same' },
  { input: [2, 7, 5, 3], filter: [3, 3, 3, 1], pad: 'same', isDepthwise: true },
  { input: [2, 7, 6, 2], filter: [4, 4, 2, 3], strides: 2, pad: 'same', isDepthwise: true },
  { input: [2, 7, 6, 2], filter: [3, 3, 2, 2], strides: 1, pad: 'valid', isDepthwise: true },
  { input: [2, 8, 9, 3], filter: [3, 3, 3, 1], pad: 'same', dilations: 2, isDepthwise: true },
];

/** tf.conv2d and its two gradients (as any model calls them) against the float64 definition. */
export function describeConvolutions(backendName: BackendName): void {
  test.each(convolutionCases.map((entry) => [title(entry), entry] as const))(
    '%s: output and both gradients equal the float64 definition',
    async (_title, entry) => {
      const { input, filter, strides = 1, pad, dilations = 1, isDepthwise = false } = entry;
      const run = (x: tf.Tensor, w: tf.Tensor): tf.Tensor => {
        const convolve = isDepthwise ? tf.depthwiseConv2d : tf.conv2d;
        return convolve(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad as 'same', 'NHWC', dilations);
      };
      const x = values(input, 1);
      const w = values(filter, 2);
      const [tx, tw] = [tf.tensor(x, input), tf.tensor(w, filter)];
      const y = run(tx, tw);
      const dy = values(y.shape, 3);
      const [dx, dw] = tf.grads(run)([tx, tw], tf.tensor(dy, y.shape)) as [tf.Tensor, tf.Tensor];
      const host = hostGeometry(entry, y.shape);
      await expectAllClose(y, hostForward(host, x, w));
      await expectAllClose(dx, hostInputGradient(host, dy, w));
      await expectAllClose(dw, hostFilterGradient(host, x, dy));
      // The control: a reference off by one pixel is not met.
      const shifted = hostFilterGradient({ ...host, padLeft: host.padLeft + 1 }, x, dy);
      await expect(expectAllClose(dw, shifted)).rejects.toThrow();
      tf.dispose([tx, tw, y, dx, dw]);
    },
  );

  // tfjs's WebGPU kernels refuse an empty batch: an empty buffer cannot be bound.
  if (backendName !== 'webgpu') {
    test('an empty batch gives an empty output, an empty input gradient and a zero filter gradient', async () => {
      const x = tf.zeros<tf.Rank.R4>([0, 5, 5, 2]);
      const w = tf.ones<tf.Rank.R4>([3, 3, 2, 4]);
      const y = tf.conv2d(x, w, 1, 'same');
      expect(y.shape).toEqual([0, 5, 5, 4]);
      const [dx, dw] = tf.grads((a, b) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same'))(
        [x, w],
        y,
      );
      expect(dx!.shape).toEqual(x.shape);
      await expectAllClose(dw!, new Float32Array(w.size));
      tf.dispose([x, w, y, dx!, dw!]);
    });
  }

  test('conv2dTranspose is the input gradient, for strides that do and do not divide the size', async () => {
    for (const [size, stride] of [
      [8, 2],
      [9, 2],
      [10, 3],
    ] as const) {
      const entry: ConvolutionCase = {
        input: [2, size, size, 3],
        filter: [4, 4, 3, 5],
        strides: stride,
        pad: 'same',
      };
      const outSize = Math.ceil(size / stride);
      const dyShape: [number, number, number, number] = [2, outSize, outSize, 5];
      const dy = values(dyShape, 4);
      const w = values(entry.filter, 5);
      const result = tf.conv2dTranspose(
        tf.tensor4d(dy, dyShape),
        tf.tensor4d(w, entry.filter),
        entry.input,
        stride,
        'same',
      );
      await expectAllClose(result, hostInputGradient(hostGeometry(entry, dyShape), dy, w));
    }
  });
}

function hostGeometry(entry: ConvolutionCase, outputShape: number[]): HostConvolution {
  const { input, filter, strides = 1, pad, dilations = 1, isDepthwise } = entry;
  const [strideHeight, strideWidth] = typeof strides === 'number' ? [strides, strides] : strides;
  const before = (size: number, kernel: number, stride: number, axis: 1 | 2): number => {
    if (Array.isArray(pad)) return pad[axis]![0];
    if (typeof pad === 'number') return pad;
    if (pad === 'valid') return 0;
    const span = (kernel - 1) * dilations + 1;
    return Math.floor(Math.max(0, (Math.ceil(size / stride) - 1) * stride + span - size) / 2);
  };
  return {
    inputShape: input,
    filterShape: filter,
    outputShape,
    strides: [strideHeight, strideWidth],
    dilations: [dilations, dilations],
    padTop: before(input[1], filter[0], strideHeight, 1),
    padLeft: before(input[2], filter[1], strideWidth, 2),
    isDepthwise,
  };
}

function title({ input, filter, strides = 1, pad, dilations = 1, isDepthwise }: ConvolutionCase): string {
  const name = isDepthwise ? 'depthwise' : 'conv';
  return `${name} [${input}] * [${filter}], stride ${strides}, pad ${pad}, dilation ${dilations}`;
}

/** Values in [-1, 1) that repeat only after thousands. */
function values(shape: number[], seed: number): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1);
  return Float32Array.from(
    { length: size },
    (_, i) => (((i + 1) * (7919 + 1009 * seed)) % 2003) / 1001.5 - 1,
  );
}
