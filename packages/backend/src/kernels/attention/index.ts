import { currentEngine } from '../../engine/current-engine.ts';
import { asOneKernel } from '../../engine/trace-kernels.ts';
import { isRecording } from '../../gradients/is-recording.ts';
import { tf } from '../../tf.ts';
import type { AttentionAttributes } from './attributes.ts';
import { attendByOperations, gradientByOperations } from './composite.ts';
import { largestHead } from './wasm.ts';

export type { AttentionAttributes } from './attributes.ts';

/**
 * softmax(scale·Q·Kᵀ)·V, each head on its own channels (Vaswani et al. 2017, arXiv:1706.03762): q [b, n, c], k and v
 * [b, m, c] → [b, n, c]. Differentiable any number of times.
 *
 * On the wasm engine one kernel each way that works in blocks and keeps two numbers a query for the backward pass,
 * never the n × m weights (Dao et al. 2022, arXiv:2205.14135). Plain operations on the other backends, for heads of
 * more than 512 channels, and where the backward pass is itself differentiated.
 */
export function attention(
  q: tf.Tensor3D,
  k: tf.Tensor3D,
  v: tf.Tensor3D,
  attributes: AttentionAttributes,
): tf.Tensor3D {
  return isFused([q, k, v], attributes)
    ? attendByKernels([q, k, v], attributes)
    : asOneKernel('TintypeAttention', { q, k, v }, attributes, () => attendByOperations(q, k, v, attributes));
}

function isFused(inputs: readonly tf.Tensor3D[], { heads }: AttentionAttributes): boolean {
  return (
    tf.getBackend() === 'wasm' &&
    currentEngine() !== undefined &&
    inputs.every(({ dtype, shape }) => dtype === 'float32' && shape[2] === inputs[0]!.shape[2]) &&
    inputs[1]!.shape[1] > 0 &&
    inputs[0]!.shape[2] / heads <= largestHead
  );
}

function attendByKernels(inputs: tf.Tensor3D[], { heads, scale }: AttentionAttributes): tf.Tensor3D {
  const run = tf.customGrad((...args) => {
    const [q, k, v] = args.slice(0, -1) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
    const save = args[args.length - 1] as unknown as (tensors: tf.Tensor[]) => void;
    const [output, statistics] = runKernel('TintypeAttention', { q, k, v }, { heads, scale });
    save([q, k, v, output!, statistics!]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [query, key, value, y, known] = saved as [
        tf.Tensor3D,
        tf.Tensor3D,
        tf.Tensor3D,
        tf.Tensor,
        tf.Tensor,
      ];
      if (isRecording())
        return gradientByOperations(dy as tf.Tensor3D, [query, key, value], { heads, scale });
      const all = { q: query, k: key, v: value, output: y, statistics: known, dy };
      return runKernel('TintypeAttentionGradient', all, { heads, scale });
    };
    return { value: output!, gradFunc };
  });
  return tf.tidy(() => run(...inputs) as tf.Tensor3D);
}

function runKernel(name: string, inputs: tf.NamedTensorMap, attributes: tf.NamedAttrMap): tf.Tensor[] {
  return tf.engine().runKernel(name, inputs, attributes) as unknown as tf.Tensor[];
}
