import { currentEngine } from '../../engine/current-engine.ts';
import { asOneKernel } from '../../engine/trace-kernels.ts';
import { runKernel } from '../../gradients/engine.ts';
import { defineGradient, type GradientEntry } from '../../gradients/gradient-entry.ts';
import { tf } from '../../tf.ts';
import { engineMatMul } from '../mat-mul/engine-mat-mul.ts';
import { callWasmKernel, defineWasmKernel } from '../wasm-backend.ts';

interface Inputs {
  a: tf.TensorInfo;
  b: tf.TensorInfo;
  bias: tf.TensorInfo;
}

const kernelName = 'TintypeMatMulWithBias';
const plain = { transposeA: false, transposeB: false };

export const matMulWithBiasWasm = defineWasmKernel<Inputs, object>(kernelName, ({ inputs, backend }) => {
  const product = engineMatMul(backend, inputs, plain);
  if (product !== undefined) return product;
  const { a, b, bias } = inputs;
  const unbiased = callWasmKernel(backend, 'BatchMatMul', { a, b }, plain);
  const sum = callWasmKernel(backend, 'Add', { a: unbiased, b: bias }, {});
  backend.disposeData(unbiased.dataId);
  return sum;
});

export const matMulWithBiasGradients: readonly GradientEntry[] = [
  defineGradient<object>({
    kernelName,
    inputsToSave: ['a', 'b'],
    gradient: (dy, [a, b]) => ({
      a: () => tf.matMul(dy, b!, false, true),
      b: () => tf.matMul(a!, dy, true, false),
      bias: () => tf.sum(dy, 0),
    }),
  }),
];

/** a·b + bias for matrices [rows, depth] and [depth, columns] and a bias [columns]; in one pass on the wasm engine. */
export function matMulWithBias(a: tf.Tensor2D, b: tf.Tensor2D, bias: tf.Tensor): tf.Tensor2D {
  const isFused =
    tf.getBackend() === 'wasm' &&
    currentEngine() !== undefined &&
    [a, b, bias].every(({ dtype }) => dtype === 'float32') &&
    bias.shape.length === 1 &&
    bias.shape[0] === b.shape[1] &&
    a.shape[1] === b.shape[0];
  if (isFused) return runKernel(kernelName, { a, b, bias });
  return asOneKernel(kernelName, { a, b, bias }, {}, () => tf.tidy(() => tf.add(tf.matMul(a, b), bias)));
}
