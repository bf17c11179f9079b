import { currentEngine } from '../../engine/current-engine.ts';
import { asOneKernel } from '../../engine/trace-kernels.ts';
import { runKernel } from '../../gradients/engine.ts';
import { defineGradient, type GradientEntry } from '../../gradients/gradient-entry.ts';
import { tf } from '../../tf.ts';
import { activationGradient } from '../activations/gradient-kernels.ts';
import { mapValues } from '../activations/map-values.ts';
import { defineWasmKernel } from '../wasm-backend.ts';

const kernelName = 'TintypeSilu';

export const siluWasm = defineWasmKernel<{ x: tf.TensorInfo }, object>(
  kernelName,
  ({ inputs: { x }, backend }) => mapValues(currentEngine()!, backend, 'mapSilu', [x], [0]),
);

export const siluGradients: readonly GradientEntry[] = [
  defineGradient({
    kernelName,
    inputsToSave: ['x'],
    gradient: (dy, [x]) => ({
      x: () => {
        const fast = activationGradient('TintypeSiluGradient', dy, x!);
        if (fast) return fast;
        // σ + x·σ·(1 − σ)
        const gate = tf.sigmoid(x!);
        return dy.mul(gate.add(x!.mul(gate).mul(tf.sub(1, gate))));
      },
    }),
  }),
];

/** x·σ(x) (Elfwing et al. 2017, arXiv:1702.03118), also called swish. */
export function silu<T extends tf.Tensor>(x: T): T {
  const isFast = tf.getBackend() === 'wasm' && x.dtype === 'float32' && currentEngine() !== undefined;
  if (isFast) return runKernel(kernelName, { x }) as T;
  return asOneKernel(kernelName, { x }, {}, () => tf.tidy(() => tf.mul(x, tf.sigmoid(x)) as T));
}
