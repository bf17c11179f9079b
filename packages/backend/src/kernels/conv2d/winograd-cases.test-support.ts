import type { Engine } from '../../engine/engine.ts';
import { poisonMemory } from '../../testing/poison-memory.ts';
import { tf } from '../../tf.ts';
import type { WasmBackend } from '../wasm-backend.ts';
import type { ConvolutionCall } from './algorithm.ts';
import { convGeometry } from './geometry.ts';
import type { HostConvolution } from './host-convolution.test-support.ts';

// What the tests of the two Winograd convolutions share.

export type Pads = readonly [top: number, bottom: number, left: number, right: number];

export interface Case {
  readonly input: readonly [batch: number, height: number, width: number, channels: number];
  readonly outChannels: number;
  readonly pads?: Pads;
}

/** What every convolution of an algorithm has in common. */
export interface Kind {
  readonly size: number;
  readonly stride: number;
}

const onePixel: Pads = [1, 1, 1, 1];

/** Of the largest value: float32's own error of such sums, doubled. */
export const tolerance = 4e-6;

/** Tensors of one convolution of the kind, and its description for the float64 reference. */
export function prepare(kind: Kind, engine: Engine, { input, outChannels, pads }: Case) {
  const filter = [kind.size, kind.size, input[3], outChannels];
  const call = callOf(kind, engine, input, filter, pads);
  const { outHeight, outWidth } = call.geometry;
  const outputShape = [input[0], outHeight, outWidth, outChannels];
  const host: HostConvolution = {
    inputShape: [...input],
    filterShape: filter,
    outputShape,
    strides: [kind.stride, kind.stride],
    dilations: [1, 1],
    padTop: (pads ?? onePixel)[0],
    padLeft: (pads ?? onePixel)[2],
  };
  return {
    call,
    host,
    x: tensorOf(input, 1),
    w: tensorOf(filter, 2),
    bias: tf.tensor1d(values(outChannels, 3)),
    dy: tensorOf(outputShape, 4),
  };
}

export function callOf(
  { stride }: Kind,
  engine: Engine,
  input: readonly number[],
  filter: readonly number[],
  [top, bottom, left, right]: Pads = onePixel,
): ConvolutionCall {
  const pad: [number, number][] = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  const geometry = convGeometry([...input], [...filter], { strides: stride, pad });
  return { backend: tf.backend() as unknown as WasmBackend, engine, geometry };
}

/** The values that a pass gives, where freed memory is full of NaN. */
export function run(size: number, pass: () => tf.TensorInfo): Float32Array {
  poisonMemory(size);
  const output = pass();
  const result = tf.engine().makeTensorFromTensorInfo(output);
  const copy = (result.dataSync() as Float32Array).slice();
  result.dispose();
  return copy;
}

/** The largest difference over the largest value; NaN where a value is. */
export function errorOf(actual: Float32Array, expected: Float64Array): number {
  let error = 0;
  let largest = 0;
  expected.forEach((value, i) => {
    error = Math.max(error, Math.abs(actual[i]! - value));
    largest = Math.max(largest, Math.abs(value));
  });
  return error / largest;
}

export function tensorOf(shape: readonly number[], seed: number): tf.Tensor4D {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor4d(values(size, seed), shape as [number, number, number, number]);
}

/** Values in [-1, 1) that look random (a linear congruential generator, upper bits). */
function values(size: number, seed: number): Float32Array {
  let state = seed * 7919;
  return Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

export function title({ input, outChannels, pads = onePixel }: Case): string {
  return `[${input}] to ${outChannels} channels, pads ${pads}`;
}
