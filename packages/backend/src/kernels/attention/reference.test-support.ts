export interface AttentionCase {
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  readonly heads: number;
  /** Channels of a head. */
  readonly size: number;
}

export type AttentionValues = Record<'q' | 'k' | 'v' | 'dy', Float32Array>;

export const scaleOf = ({ size }: AttentionCase): number => 1 / Math.sqrt(size);

/** Plain loops in float64: y, and the gradients by q, k and v. */
export function referenceAttention(problem: AttentionCase, { q, k, v, dy }: AttentionValues) {
  const { batch, queries, keys, heads, size } = problem;
  const scale = scaleOf(problem);
  const [y, dq] = [new Float64Array(q.length), new Float64Array(q.length)];
  const [dk, dv] = [new Float64Array(k.length), new Float64Array(k.length)];
  for (let sample = 0; sample < batch; sample++) {
    for (let head = 0; head < heads; head++) {
      const place = (rows: number, row: number) => ((sample * rows + row) * heads + head) * size;
      for (let query = 0; query < queries; query++) {
        const i = place(queries, query);
        const dot = (a: Float32Array, at: number, b: Float32Array, bt: number) => {
          let sum = 0;
          for (let c = 0; c < size; c++) sum += a[at + c]! * b[bt + c]!;
          return sum;
        };
        const scores = Float64Array.from(
          { length: keys },
          (_, key) => scale * dot(q, i, k, place(keys, key)),
        );
        const largest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
        const powers = scores.map((score) => Math.exp(score - largest));
        const sum = powers.reduce((a, b) => a + b, 0);
        const weights = powers.map((power) => power / sum);
        const slopes = weights.map((_, key) => dot(dy, i, v, place(keys, key)));
        const product = slopes.reduce((total, slope, key) => total + slope * weights[key]!, 0);
        for (let key = 0; key < keys; key++) {
          const j = place(keys, key);
          const ds = weights[key]! * (slopes[key]! - product) * scale;
          for (let c = 0; c < size; c++) {
            y[i + c]! += weights[key]! * v[j + c]!;
            dv[j + c]! += weights[key]! * dy[i + c]!;
            dq[i + c]! += ds * k[j + c]!;
            dk[j + c]! += ds * q[i + c]!;
          }
        }
      }
    }
  }
  return { y, dq, dk, dv };
}
