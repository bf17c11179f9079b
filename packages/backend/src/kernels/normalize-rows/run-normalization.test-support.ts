import { fillNormals } from '../../random/fill.ts';
import { poisonMemory } from '../../testing/poison-memory.ts';
import { tf } from '../../tf.ts';
import { normalizeRows } from './index.ts';
import { epsilon, type NormalizationCase, type NormalizationValues } from './reference.test-support.ts';

/** Normal numbers about `mean`, the same for every call with one key; a longer draw begins with a shorter one. */
export function drawNormals(count: number, key: number, mean = 0, deviation = 1): Float32Array {
  const values = new Float32Array(count);
  fillNormals(values, { keys: Uint32Array.of(0x6e6f726d, key), counter: 0, count });
  return values.map((value) => mean + deviation * value);
}

export function drawCase({ shape }: NormalizationCase, mean = 0, deviation = 1): NormalizationValues {
  const [samples, positions, channels] = shape;
  const count = samples * positions * channels;
  return {
    x: drawNormals(count, 1, mean, deviation),
    dy: drawNormals(count, 2),
    weight: drawNormals(channels, 3, 1, 0.3),
    bias: drawNormals(channels, 4, 0.2, 0.3),
  };
}

export type NormalizationResult = Record<'y' | 'dx' | 'dweight' | 'dbias', Float32Array>;

/** What `normalizeRows` gives on the backend in use, with NaN where its outputs will lie. */
export function runNormalization(
  { shape, groups, hasSilu, isPlain }: NormalizationCase,
  values: NormalizationValues,
  betweenPasses: () => void = () => {},
): Partial<NormalizationResult> {
  const results = tf.tidy(() => {
    const x = tf.tensor3d(values.x, [...shape]);
    const dy = tf.tensor3d(values.dy, [...shape]);
    const parameters = isPlain ? [] : [tf.tensor1d(values.weight), tf.tensor1d(values.bias)];
    poisonMemory(values.x.length);
    const run = (rows: tf.Tensor, weight?: tf.Tensor, bias?: tf.Tensor) =>
      normalizeRows(rows as tf.Tensor3D, {
        epsilon,
        groups,
        affine: weight && bias ? { weight, bias } : undefined,
        activation: hasSilu ? 'silu' : 'none',
      });
    const { value, grads } = tf.valueAndGrads((...inputs: tf.Tensor[]) => {
      const [rows, weight, bias] = inputs as [tf.Tensor, tf.Tensor?, tf.Tensor?];
      const y = run(rows, weight, bias);
      betweenPasses();
      return y;
    })([x, ...parameters], dy);
    return [value, ...grads];
  });
  const names = ['y', 'dx', 'dweight', 'dbias'] as const;
  const read = results.map((tensor, i) => [names[i]!, (tensor.dataSync() as Float32Array).slice()] as const);
  tf.dispose(results);
  return Object.fromEntries(read);
}
