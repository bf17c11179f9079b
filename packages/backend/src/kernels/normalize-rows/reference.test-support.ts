/** [b, n, c] and what normalises it. */
export interface NormalizationCase {
  readonly shape: readonly [number, number, number];
  readonly groups: number;
  readonly hasSilu?: boolean;
  readonly isPlain?: boolean;
}

export interface NormalizationValues {
  readonly x: Float32Array;
  readonly dy: Float32Array;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

export const epsilon = 1e-5;

/** Plain loops in float64: y, and the gradients by x, weight and bias. */
export function referenceNormalization(
  { shape: [samples, positions, channels], groups, hasSilu, isPlain }: NormalizationCase,
  { x, dy, weight, bias }: NormalizationValues,
) {
  const [y, dx] = [new Float64Array(x.length), new Float64Array(x.length)];
  const [dweight, dbias] = [new Float64Array(channels), new Float64Array(channels)];
  const size = channels / groups;
  const count = size * positions;
  for (let sample = 0; sample < samples; sample++) {
    for (let group = 0; group < groups; group++) {
      const places: { at: number; c: number }[] = [];
      for (let p = 0; p < positions; p++)
        for (let c = group * size; c < (group + 1) * size; c++)
          places.push({ at: (sample * positions + p) * channels + c, c });
      const mean = places.reduce((sum, { at }) => sum + x[at]!, 0) / count;
      const variance = places.reduce((sum, { at }) => sum + (x[at]! - mean) ** 2, 0) / count;
      const s = 1 / Math.sqrt(variance + epsilon);
      let [meanD, meanDX] = [0, 0];
      const dz = new Map<number, number>();
      for (const { at, c } of places) {
        const normalized = (x[at]! - mean) * s;
        const z = isPlain ? normalized : normalized * weight[c]! + bias[c]!;
        const gate = 1 / (1 + Math.exp(-z));
        y[at] = hasSilu ? z * gate : z;
        const d = hasSilu ? dy[at]! * gate * (1 + z * (1 - gate)) : dy[at]!;
        dz.set(at, d);
        dweight[c]! += d * normalized;
        dbias[c]! += d;
        const weighted = isPlain ? d : d * weight[c]!;
        meanD += weighted / count;
        meanDX += (weighted * normalized) / count;
      }
      for (const { at, c } of places) {
        const weighted = isPlain ? dz.get(at)! : dz.get(at)! * weight[c]!;
        dx[at] = s * (weighted - meanD - (x[at]! - mean) * s * meanDX);
      }
    }
  }
  return { y, dx, ...(isPlain ? {} : { dweight, dbias }) };
}
