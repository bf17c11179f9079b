import { currentEngine } from '../../engine/current-engine.ts';
import type { tf } from '../../tf.ts';
import type { KernelEntry } from '../kernel-entry.ts';
import { defineWasmKernel, pointerTo } from '../wasm-backend.ts';
import type { AttentionAttributes } from './attributes.ts';

/** What the blocks of one thread have room for. */
export const largestHead = 512;
/** As in assembly/attention-blocks.ts. */
const queriesOfBlock = (size: number): number => (size <= 128 ? 96 : 48);
/** Products that are worth handing to another thread. */
const productsOfItem = 2 ** 17;

interface Inputs {
  q: tf.TensorInfo;
  k: tf.TensorInfo;
  v: tf.TensorInfo;
}

interface GradientInputs extends Inputs {
  output: tf.TensorInfo;
  statistics: tf.TensorInfo;
  dy: tf.TensorInfo;
}

/** What one call works on, in the order in which the kernels take it, and items of which size it has. */
function measure({ q, k }: Inputs, { heads }: AttentionAttributes) {
  const [batch, queries, channels] = q.shape as [number, number, number];
  const keys = k.shape[1]!;
  const size = channels / heads;
  const grain = (products: number) => Math.max(1, Math.ceil(productsOfItem / products));
  return { batch, queries, keys, size, grain, shape: [queries, keys, heads, size] };
}

const forward = defineWasmKernel<Inputs, AttentionAttributes>(
  'TintypeAttention',
  ({ inputs, attrs, backend }) => {
    const { batch, queries, keys, size, grain, shape } = measure(inputs, attrs);
    const output = backend.makeOutput(inputs.q.shape, 'float32');
    const statistics = backend.makeOutput([batch, attrs.heads, queries, 2], 'float32');
    const tensors = [inputs.q, inputs.k, inputs.v, output, statistics];
    const rows = Math.min(queriesOfBlock(size), queries);
    currentEngine()!.run('attention', {
      ints: [...tensors.map((tensor) => pointerTo(backend, tensor)), ...shape],
      floats: [attrs.scale],
      items: batch * attrs.heads * Math.ceil(queries / queriesOfBlock(size)),
      grain: grain(2 * rows * keys * size),
    });
    return [output, statistics];
  },
);

const backward = defineWasmKernel<GradientInputs, AttentionAttributes>(
  'TintypeAttentionGradient',
  ({ inputs, attrs, backend }) => {
    const { batch, queries, keys, size, grain, shape } = measure(inputs, attrs);
    const { q, k, v, output, dy, statistics } = inputs;
    const gradients = [q, k, v].map((x) => backend.makeOutput(x.shape, 'float32'));
    const tensors = [q, k, v, output, dy, statistics, ...gradients];
    currentEngine()!.run('attentionGradient', {
      ints: [...tensors.map((tensor) => pointerTo(backend, tensor)), ...shape],
      floats: [attrs.scale],
      items: batch * attrs.heads,
      grain: grain(5 * queries * keys * size),
    });
    return gradients;
  },
);

export const attentionKernels: readonly KernelEntry[] = [forward, backward];
