import { currentEngine } from '../../engine/current-engine.ts';
import { asOneKernel } from '../../engine/trace-kernels.ts';
import { isRecording } from '../../gradients/is-recording.ts';
import { tf } from '../../tf.ts';
import { gradientByOperations, normalizeByOperations } from './composite.ts';
import type { NormalizeRowsOptions } from './options.ts';
import { mostChannels } from './wasm.ts';

/**
 * y = (x − mean) / √(variance + ε) · weight + bias with the biased variance, per sample over positions and a group's
 * channels: [b, n, c] → [b, n, c], then the activation. Group, instance, batch (b = 1) and layer norm (n = 1, one
 * group) are this. Differentiable any number of times.
 *
 * On the wasm engine two fused kernels, of which the backward pass needs x and the statistics only; plain operations
 * on the other backends and where the backward pass is itself differentiated.
 */
export function normalizeRows(x: tf.Tensor3D, options: NormalizeRowsOptions): tf.Tensor3D {
  if (isFused(x)) return normalizeByKernels(x, options);
  const { affine, activation = 'none', epsilon, groups = x.shape[2], observe } = options;
  const compute = () => normalizeByOperations(x, options);
  // Statistics that somebody watches are a result too.
  return observe
    ? compute()
    : asOneKernel('NormalizeRows', { x, ...affine }, { epsilon, groups, activation }, compute);
}

function isFused(x: tf.Tensor3D): boolean {
  return (
    tf.getBackend() === 'wasm' &&
    currentEngine() !== undefined &&
    x.dtype === 'float32' &&
    x.shape[1] > 0 &&
    x.shape[2] <= mostChannels
  );
}

function normalizeByKernels(x: tf.Tensor3D, options: NormalizeRowsOptions): tf.Tensor3D {
  const { affine, activation = 'none', epsilon, groups = x.shape[2], observe } = options;
  const attributes = { epsilon, groups, activation };
  const run = tf.customGrad((...args) => {
    const inputs = args.slice(0, -1) as tf.Tensor[];
    const save = args[args.length - 1] as unknown as (tensors: tf.Tensor[]) => void;
    const [y, statistics] = runKernel('NormalizeRows', named(inputs), attributes);
    if (observe) observe(row(statistics!, 0), row(statistics!, 3));
    save([...inputs, statistics!]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [input, weight, bias] = saved.slice(0, -1) as [tf.Tensor3D, tf.Tensor?, tf.Tensor?];
      if (isRecording()) {
        const parameters = weight && bias ? { weight, bias } : undefined;
        return gradientByOperations(dy as tf.Tensor3D, input, { ...options, affine: parameters });
      }
      const known = { dy, statistics: saved.at(-1)!, ...named(saved.slice(0, -1)) };
      return runKernel('NormalizeRowsGrad', known, attributes);
    };
    return { value: y!, gradFunc };
  });
  return tf.tidy(() => run(x, ...(affine ? [affine.weight, affine.bias] : [])) as tf.Tensor3D);
}

function named([x, weight, bias]: tf.Tensor[]): tf.NamedTensorMap {
  return { x: x!, ...(weight ? { weight } : {}), ...(bias ? { bias } : {}) };
}

function runKernel(name: string, inputs: tf.NamedTensorMap, attributes: tf.NamedAttrMap): tf.Tensor[] {
  return tf.engine().runKernel(name, inputs, attributes) as unknown as tf.Tensor[];
}

/** One of the four rows of the statistics [b, 4, c]: mean, rest of the mean, 1/deviation, variance. */
function row(statistics: tf.Tensor, index: number): tf.Tensor {
  return tf.slice(statistics, [0, index, 0], [-1, 1, -1]);
}
