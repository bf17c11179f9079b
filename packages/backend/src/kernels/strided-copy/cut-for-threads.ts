/** Rows that are done in one go; more would leave too little to share between threads. */
const mostRuns = 64;

/** The largest divisor of an axis that suits a run of rows: the rest is shared between threads. */
export function cutForThreads(length: number): number {
  for (let runs = Math.min(mostRuns, length); runs > 1; runs--) if (length % runs === 0) return runs;
  return 1;
}
