import type { tf } from '../tf.ts';
import { callWasmKernel, type WasmBackend } from './wasm-backend.ts';

/** Attributes of tfjs's fused products and convolutions. */
export interface FusedActivation {
  activation?: string;
  leakyreluAlpha?: number;
}

const kernelNames: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  leakyrelu: 'LeakyRelu',
};

/** Whether `applyActivation` knows it; `prelu`, with its weights, it does not. */
export function isSimpleActivation({ activation = 'linear' }: FusedActivation): boolean {
  return activation === 'linear' || Object.hasOwn(kernelNames, activation);
}

/** The activation of `x`, which is used up. */
export function applyActivation(
  backend: WasmBackend,
  x: tf.TensorInfo,
  { activation = 'linear', leakyreluAlpha }: FusedActivation,
): tf.TensorInfo {
  const kernelName = kernelNames[activation];
  if (kernelName === undefined) return x;
  const y = callWasmKernel(backend, kernelName, { x }, { alpha: leakyreluAlpha });
  backend.disposeData(x.dataId);
  return y;
}
