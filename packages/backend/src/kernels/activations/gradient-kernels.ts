import { currentEngine } from '../../engine/current-engine.ts';
import { runKernel } from '../../gradients/engine.ts';
import { isRecording } from '../../gradients/is-recording.ts';
import { tf } from '../../tf.ts';
import type { KernelEntry } from '../kernel-entry.ts';
import { defineWasmKernel } from '../wasm-backend.ts';
import { mapValues } from './map-values.ts';

// dx of an activation in one pass over dy and what the forward pass saved. They have no gradients of their own, so
// they serve only where the backward pass is not recorded.

const engineKernels = {
  TintypeEluGradient: 'eluGradient',
  TintypeLeakyReluGradient: 'leakyReluGradient',
  TintypeReluGradient: 'reluGradient',
  TintypeSigmoidGradient: 'sigmoidGradient',
  TintypeSiluGradient: 'siluGradient',
  TintypeSoftplusGradient: 'softplusGradient',
  TintypeTanhGradient: 'tanhGradient',
} as const;

export type ActivationGradient = keyof typeof engineKernels;

export const activationGradientKernels: readonly KernelEntry[] = Object.entries(engineKernels).map(
  ([name, kernel]) =>
    defineWasmKernel<{ dy: tf.TensorInfo; value: tf.TensorInfo }, { alpha: number }>(
      name,
      ({ inputs: { dy, value }, attrs: { alpha }, backend }) =>
        mapValues(currentEngine()!, backend, kernel, [dy, value], [alpha]),
    ),
);

/** dx in one pass, or undefined where plain operations must be used. `value` is what the kernel wants: x or y. */
export function activationGradient(
  kernelName: ActivationGradient,
  dy: tf.Tensor,
  value: tf.Tensor,
  alpha = 0,
): tf.Tensor | undefined {
  const isFloat = dy.dtype === 'float32' && value.dtype === 'float32';
  if (!isFloat || tf.getBackend() !== 'wasm' || currentEngine() === undefined || isRecording())
    return undefined;
  return runKernel(kernelName, { dy, value }, { alpha });
}
