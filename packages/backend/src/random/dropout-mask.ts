import { currentEngine } from '../engine/current-engine.ts';
import { runKernel } from '../gradients/engine.ts';
import { blockLength } from '../kernels/activations/map-values.ts';
import type { KernelEntry } from '../kernels/kernel-entry.ts';
import { defineWasmKernel, pointerTo } from '../kernels/wasm-backend.ts';
import { tf } from '../tf.ts';

const kernelName = 'TintypeDropoutMask';
const blocksAtOnce = 32;

export const dropoutMaskWasm: KernelEntry = defineWasmKernel<{ uniforms: tf.TensorInfo }, { rate: number }>(
  kernelName,
  ({ inputs: { uniforms }, attrs: { rate }, backend }) => {
    const mask = backend.makeOutput(uniforms.shape, 'float32');
    const count = tf.util.sizeFromShape(uniforms.shape);
    currentEngine()!.run('dropoutMask', {
      ints: [pointerTo(backend, uniforms), pointerTo(backend, mask), count],
      floats: [rate, 1 / (1 - rate)],
      items: Math.ceil(count / blockLength),
      grain: blocksAtOnce,
    });
    return mask;
  },
);

/** 1/(1 − rate) where a uniform is at least `rate`, which lies in [0, 1), and 0 elsewhere. A constant to gradients. */
export function dropoutMask<T extends tf.Tensor>(uniforms: T, rate: number): T {
  if (tf.getBackend() === 'wasm' && currentEngine() !== undefined) {
    return runKernel(kernelName, { uniforms }, { rate }) as T;
  }
  return tf.tidy(() => tf.mul(tf.cast(tf.greaterEqual(uniforms, rate), 'float32'), 1 / (1 - rate)) as T);
}
