import { fillNormals } from '../../random/fill.ts';
import { poisonMemory } from '../../testing/poison-memory.ts';
import { tf } from '../../tf.ts';
import { attention } from './index.ts';
import { type AttentionCase, type AttentionValues, scaleOf } from './reference.test-support.ts';

function draw(count: number, key: number): Float32Array {
  const values = new Float32Array(count);
  fillNormals(values, { keys: Uint32Array.of(0x61747465, key), counter: 0, count });
  return values;
}

/** The same numbers for every batch, as far as it goes. */
export function drawAttention({ batch, queries, keys, heads, size }: AttentionCase): AttentionValues {
  const [asking, asked] = [batch * queries * heads * size, batch * keys * heads * size];
  return { q: draw(asking, 1).map((x) => 2 * x), k: draw(asked, 2), v: draw(asked, 3), dy: draw(asking, 4) };
}

export type AttentionResults = Record<'y' | 'dq' | 'dk' | 'dv', Float32Array>;

/** What `attention` gives on the backend in use, with NaN where its outputs will lie. */
export function runAttention(
  problem: AttentionCase,
  values: AttentionValues,
  betweenPasses: () => void = () => {},
): AttentionResults {
  const { batch, queries, keys, heads, size } = problem;
  const results = tf.tidy(() => {
    const asking: [number, number, number] = [batch, queries, heads * size];
    const asked: [number, number, number] = [batch, keys, heads * size];
    const q = tf.tensor3d(values.q, asking);
    const [k, v] = [tf.tensor3d(values.k, asked), tf.tensor3d(values.v, asked)];
    const dy = tf.tensor3d(values.dy, asking);
    poisonMemory(values.q.length);
    const { value, grads } = tf.valueAndGrads((...inputs: tf.Tensor[]) => {
      const [a, b, c] = inputs as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
      const y = attention(a, b, c, { heads, scale: scaleOf(problem) });
      betweenPasses();
      return y;
    })([q, k, v], dy);
    return [value, ...grads];
  });
  const [y, dq, dk, dv] = results.map((tensor) => (tensor.dataSync() as Float32Array).slice());
  tf.dispose(results);
  return { y: y!, dq: dq!, dk: dk!, dv: dv! };
}
