import { isRecording } from '../../gradients/is-recording.ts';
import { tf } from '../../tf.ts';
import type { NormalizeRowsOptions } from './options.ts';

type Mean = (values: tf.Tensor) => tf.Tensor;

/** `normalizeRows` of plain operations, with its own gradient: their chain passes over the big tensor three times as often. */
export function normalizeByOperations(x: tf.Tensor3D, options: NormalizeRowsOptions): tf.Tensor3D {
  const { affine, activation, epsilon, observe } = options;
  const mean = createMean(x.shape, options.groups);

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
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [rows, u, s, factor] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor?];
      return backward(dy, isRecording() ? standardize(rows, mean, epsilon) : { u, s }, mean, factor);
    };
    return { value: bias ? tf.add(scaled, bias) : scaled, gradFunc };
  });
  return tf.tidy(() => {
    const z = run(x, ...(affine ? [affine.weight, affine.bias] : [])) as tf.Tensor3D;
    return activation === 'silu' ? tf.mul(z, tf.sigmoid(z)) : z;
  });
}

/** Gradients by x, and by weight and bias where there are any, as differentiable functions of all arguments. */
export function gradientByOperations(
  dy: tf.Tensor3D,
  x: tf.Tensor3D,
  { epsilon, groups, affine, activation }: NormalizeRowsOptions,
): tf.Tensor[] {
  const mean = createMean(x.shape, groups);
  const rows = standardize(x, mean, epsilon);
  if (activation !== 'silu') return backward(dy, rows, mean, affine?.weight);
  const normalized = tf.mul(rows.u, rows.s);
  const z = affine ? tf.add(tf.mul(normalized, affine.weight), affine.bias) : normalized;
  const s = tf.sigmoid(z);
  const slope = tf.mul(s, tf.add(tf.mul(z, tf.sub(1, s)), 1));
  return backward(tf.mul(dy, slope), rows, mean, affine?.weight);
}

/** u = x − mean, s = 1/√(variance + ε) */
interface Standardized {
  readonly u: tf.Tensor;
  readonly s: tf.Tensor;
}

/**
 * With d = dy·weight: dx = s·(d − mean(d) − u·s²·mean(d·u)), dweight = Σ dy·u·s, dbias = Σ dy.
 */
function backward(dy: tf.Tensor, { u, s }: Standardized, mean: Means, weight?: tf.Tensor): tf.Tensor[] {
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

function standardize(x: tf.Tensor, mean: Means, epsilon: number): Standardized {
  const u = tf.sub(x, mean.ofRows(x));
  return { u, s: tf.rsqrt(tf.add(mean.ofRows(tf.square(u)), epsilon)) };
}

interface Means {
  /** [b, n, c] → [b, 1, c], each channel alone. */
  readonly perChannel: Mean;
  /** [b, 1, c] → each channel the mean of its group: [b, 1, c], or [b, 1, 1] where one position is one group. */
  readonly perGroup: Mean;
  /** Both in turn. */
  readonly ofRows: Mean;
}

/** Sums over positions are products with a row of 1/n, which needs neither transposes nor grouped shapes. */
function createMean([batch, positions, channels]: tf.Tensor3D['shape'], groups = channels): Means {
  const perChannel: Mean = (values) =>
    positions === 1 ? values : tf.matMul(tf.fill([1, 1, positions], 1 / positions), values);
  const perGroup: Mean = (values) => {
    if (groups === channels) return values;
    if (groups === 1) return tf.mean(values, -1, true);
    const matrix = tf.tensor2d(groupMeanMatrix(channels, groups), [channels, channels]);
    return tf.reshape(tf.matMul(tf.reshape(values, [batch, channels]), matrix), [batch, 1, channels]);
  };
  return { perChannel, perGroup, ofRows: (values) => perGroup(perChannel(values)) };
}

const matrices = new Map<string, Float32Array>();

/** The [channels, channels] matrix, row by row, that a row vector is multiplied with to get the means of its groups. */
function groupMeanMatrix(channels: number, groups: number): Float32Array {
  const key = `${channels}/${groups}`;
  const known = matrices.get(key);
  if (known !== undefined) return known;
  const size = channels / groups;
  const matrix = new Float32Array(channels * channels);
  for (let row = 0; row < channels; row++) {
    const first = row * channels + Math.floor(row / size) * size;
    matrix.fill(1 / size, first, first + size);
  }
  matrices.set(key, matrix);
  return matrix;
}
