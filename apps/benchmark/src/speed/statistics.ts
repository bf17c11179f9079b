/** What a set of measurements comes to. */
export interface Summary {
  readonly best: number;
  readonly median: number;
  /** The value that 95 % are no worse than. */
  readonly p95: number;
  readonly n: number;
}

/** Throws `RangeError` for no values at all. */
export function summarize(values: readonly number[], lowerIsBetter: boolean): Summary {
  if (values.length === 0) throw new RangeError('summarize: there are no values.');
  const fromBest = [...values].sort((a, b) => (lowerIsBetter ? a - b : b - a));
  return {
    best: fromBest[0]!,
    median: quantile(fromBest, 0.5),
    p95: quantile(fromBest, 0.95),
    n: values.length,
  };
}

/** Between the two nearest of sorted values, in proportion. */
function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (sorted[above]! - sorted[below]!) * (at - below);
}
