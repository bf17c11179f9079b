/** Timesteps first … first + count − 1. */
export interface Stratum {
  readonly first: number;
  readonly count: number;
}

/**
 * All of T timesteps in `strata` neighbourhoods that widen quadratically, t = 0 alone in the first: most of the bound
 * lies at small t. As many strata as timesteps hold one each.
 */
export function divideTimesteps(timesteps: number, strata: number): Stratum[] {
  if (strata === 1) return [{ first: 0, count: timesteps }];
  const ends = [1];
  for (let k = 2; k <= strata; k++) {
    const share = ((k - 1) / (strata - 1)) ** 2;
    ends.push(Math.max(ends.at(-1)! + 1, Math.round(1 + (timesteps - 1) * share)));
  }
  return ends.map((end, k) => {
    const first = k === 0 ? 0 : ends[k - 1]!;
    return { first, count: end - first };
  });
}
