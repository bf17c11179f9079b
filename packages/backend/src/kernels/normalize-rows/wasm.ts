import { currentEngine } from '../../engine/current-engine.ts';
import type { tf } from '../../tf.ts';
import type { KernelEntry } from '../kernel-entry.ts';
import { defineWasmKernel, pointerTo, type WasmBackend } from '../wasm-backend.ts';
import type { Normalization } from './normalization.ts';
import { backwardByChannels, forwardByChannels } from './wasm-channels.ts';
import { backwardByFeatures, forwardByFeatures } from './wasm-features.ts';

/** What the tables of coefficients of one thread have room for. */
export const mostChannels = 16_384;

interface Inputs {
  x: tf.TensorInfo;
  weight?: tf.TensorInfo;
  bias?: tf.TensorInfo;
}

interface GradientInputs extends Inputs {
  dy: tf.TensorInfo;
  statistics: tf.TensorInfo;
}

interface Attributes {
  epsilon: number;
  groups: number;
  activation: 'none' | 'silu';
}

const forward = defineWasmKernel<Inputs, Attributes>('NormalizeRows', ({ inputs, attrs, backend }) => {
  const { x } = inputs;
  const y = backend.makeOutput(x.shape, 'float32');
  const [samples, , channels] = x.shape as [number, number, number];
  const statistics = backend.makeOutput([samples, 4, isLayerNorm(x, attrs) ? 1 : channels], 'float32');
  const call = describe(backend, { ...inputs, statistics }, attrs);
  if (isLayerNorm(x, attrs)) forwardByFeatures(call, pointerTo(backend, y));
  else forwardByChannels(call, pointerTo(backend, y));
  return [y, statistics];
});

const backward = defineWasmKernel<GradientInputs, Attributes>(
  'NormalizeRowsGrad',
  ({ inputs, attrs, backend }) => {
    const { x, dy, weight } = inputs;
    const dx = backend.makeOutput(x.shape, 'float32');
    const sums = ['weight', 'bias'].map(() => backend.makeOutput([x.shape[2]!], 'float32'));
    const call = describe(backend, inputs, attrs);
    const [dweight, dbias] = sums.map((sum) => pointerTo(backend, sum)) as [number, number];
    const gradients = { dy: pointerTo(backend, dy), dx: pointerTo(backend, dx), dweight, dbias };
    if (isLayerNorm(x, attrs)) backwardByFeatures(call, gradients);
    else backwardByChannels(call, gradients);
    if (weight !== undefined) return [dx, ...sums];
    for (const sum of sums) backend.disposeData(sum.dataId);
    return [dx];
  },
);

/** One group over the channels of one position: its values lie side by side. */
function isLayerNorm({ shape }: tf.TensorInfo, { groups, activation }: Attributes): boolean {
  return shape[1] === 1 && groups === 1 && activation === 'none';
}

function describe(
  backend: WasmBackend,
  { x, weight, bias, statistics }: Inputs & { statistics: tf.TensorInfo },
  { epsilon, groups, activation }: Attributes,
): Normalization {
  const [samples, positions, channels] = x.shape as [number, number, number];
  const at = (tensor?: tf.TensorInfo) => (tensor ? pointerTo(backend, tensor) : 0);
  return {
    engine: currentEngine()!,
    ...{ samples, positions, channels, groups, epsilon },
    isActivated: activation === 'silu',
    ...{ x: at(x), weight: at(weight), bias: at(bias), statistics: at(statistics) },
  };
}

export const normalizeRowsKernels: readonly KernelEntry[] = [forward, backward];
