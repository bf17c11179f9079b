import { tf } from '@tintype/backend';

export interface NormalizeRowsOptions {
  readonly epsilon: number;
  /** From `groupMeanMatrix`; channels stand alone when left out. On the host, for the backward pass needs it too. */
  readonly groupMeans?: Float32Array;
  /** Each [c]. */
  readonly affine?: { readonly weight: tf.Tensor; readonly bias: tf.Tensor };
  /** Sees mean and biased variance [b, 1, c] while they live. */
  readonly observe?: (mean: tf.Tensor, variance: tf.Tensor) => void;
}

type Mean = (values: tf.Tensor) => tf.Tensor;

/** The [channels, channels] matrix, row by row, that a row vector is multiplied with to get the means of its groups. */
export function groupMeanMatrix(channels: number, groups: number): Float32Array {
  const size = channels / groups;
  const matrix = new Float32Array(channels * channels);
  for (let row = 0; row < channels; row++) {
    const first = row * channels + Math.floor(row / size) * size;
    matrix.fill(1 / size, first, first + size);
  }
  return matrix;
}

/**
 * y = (x − mean) / √(variance + ε) · weight + bias with the biased variance, per sample over positions and a group's
 * channels: [b, n, c] → [b, n, c]. Group, instance and batch norm are this.
 *
 * Written out with its own gradient, because the chain of tfjs's gradients passes over the big tensor three times as
 * often. Sums over positions are products with a row of 1/n, which needs neither transposes nor grouped shapes.
 */
export function normalizeRows(x: tf.Tensor3D, options: NormalizeRowsOptions): tf.Tensor3D {
  const { affine, epsilon, observe } = options;
  const mean = createMean(x.shape, options.groupMeans);

  const run = tf.customGrad((...args) => {
    const [input, weight, bias] = args.slice(0, -1) as tf.Tensor[];
    const save = args[args.length - 1] as unknown as (tensors: tf.Tensor[]) => void;
    const average = mean.ofRows(input!);
    const centred = tf.sub(input!, average);
    const variance = mean.ofRows(tf.square(centred));
    const inverseDeviation = tf.rsqrt(tf.add(variance, epsilon)); // [b, 1, c]
    observe?.(average, variance);
    save([input!, centred, inverseDeviation, ...(weight ? [weight] : [])]);
    const scale = weight ? tf.mul(inverseDeviation, weight) : inverseDeviation;
    const scaled = tf.mul(centred, scale);
    const value = bias ? tf.add(scaled, bias) : scaled;
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => backward(dy, saved, mean, epsilon) };
  });
  return tf.tidy(() => run(x, ...(affine ? [affine.weight, affine.bias] : [])) as tf.Tensor3D);
}

/**
 * With d = dy·weight, s = 1/√(variance + ε) and u = x − mean:
 * dx = s·(d − mean(d) − u·s²·mean(d·u)), dweight = Σ dy·u·s, dbias = Σ dy.
 */
function backward(dy: tf.Tensor, saved: tf.Tensor[], mean: Means, epsilon: number): tf.Tensor[] {
  const [input, centred, inverseDeviation, weight] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor?];
  const { u, s } = isRecording() ? standardize(input, mean, epsilon) : { u: centred, s: inverseDeviation };
  const weighted = (values: tf.Tensor) => (weight ? tf.mul(values, weight) : values);
  const meanDy = mean.perChannel(dy); // [b, 1, c]
  const meanDyU = mean.perChannel(tf.mul(dy, u));
  const shift = tf.mul(s, mean.perGroup(weighted(meanDy)));
  const slope = tf.mul(tf.mul(s, tf.square(s)), mean.perGroup(weighted(meanDyU)));
  const dx = tf.sub(tf.sub(tf.mul(dy, weighted(s)), tf.mul(u, slope)), shift);
  if (!weight) return [dx];
  const positions = dy.shape[1]!;
  const total = (values: tf.Tensor) => tf.mul(tf.sum(values, [0, 1]), positions); // [c]
  return [dx, total(tf.mul(meanDyU, s)), total(meanDy)];
}

/** What the forward pass kept, once more as functions of x, so that the gradient can be differentiated. */
function standardize(x: tf.Tensor, mean: Means, epsilon: number): { u: tf.Tensor; s: tf.Tensor } {
  const u = tf.sub(x, mean.ofRows(x));
  return { u, s: tf.rsqrt(tf.add(mean.ofRows(tf.square(u)), epsilon)) };
}

/** Whether this backward pass is itself on a tape: a second derivative will be asked for. */
function isRecording(): boolean {
  return tf.engine().state.gradientDepth > 0;
}

interface Means {
  /** [b, n, c] → [b, 1, c], each channel alone. */
  readonly perChannel: Mean;
  /** [b, 1, c] → [b, 1, c], each channel the mean of its group. */
  readonly perGroup: Mean;
  /** Both in turn. */
  readonly ofRows: Mean;
}

function createMean([batch, positions, channels]: tf.Tensor3D['shape'], groupMeans?: Float32Array): Means {
  const perChannel: Mean = (values) => tf.matMul(tf.fill([1, 1, positions], 1 / positions), values);
  const perGroup: Mean = (values) => {
    if (groupMeans === undefined) return values;
    const matrix = tf.tensor2d(groupMeans, [channels, channels]);
    return tf.reshape(tf.matMul(tf.reshape(values, [batch, channels]), matrix), [batch, 1, channels]);
  };
  return { perChannel, perGroup, ofRows: (values) => perGroup(perChannel(values)) };
}
