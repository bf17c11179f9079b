import { currentEngine } from '../../engine/current-engine.ts';
import type { tf } from '../../tf.ts';
import type { KernelEntry } from '../kernel-entry.ts';
import { defineWasmKernel } from '../wasm-backend.ts';
import { mapValues } from './map-values.ts';

// tfjs computes these one after the other in a single thread, and most of them without SIMD.

const engineKernels: Readonly<Record<string, string>> = {
  Abs: 'mapMagnitude',
  Elu: 'mapElu',
  Exp: 'mapExp',
  Log: 'mapLog',
  Neg: 'mapNegative',
  Reciprocal: 'mapReciprocal',
  Relu: 'mapRelu',
  Rsqrt: 'mapInverseSquareRoot',
  Sigmoid: 'mapSigmoid',
  Softplus: 'mapSoftplus',
  Sqrt: 'mapSquareRoot',
  Square: 'mapSquare',
  Step: 'mapStep',
  Tanh: 'mapTanh',
};

export const unaryKernels: readonly KernelEntry[] = Object.entries(engineKernels).map(([name, kernel]) =>
  defineWasmKernel<{ x: tf.TensorInfo }, { alpha?: number } | undefined>(
    name,
    ({ inputs: { x }, attrs, backend }, stock) => {
      const engine = currentEngine();
      if (engine === undefined || x.dtype !== 'float32') return stock({ inputs: { x }, attrs, backend });
      return mapValues(engine, backend, kernel, [x], [attrs?.alpha ?? 0]);
    },
  ),
);
