import { probeRate } from './probe-rate.ts';

/** A tile of 6 × 8 over a depth of 256. */
const probe = {
  kernel: 'microKernelProbe',
  operationsPerItem: 2 * 6 * 8 * 256,
  itemsPerThread: 4000,
  resultBytes: 0,
} as const;

/**
 * The loops that all matrix products run in, on data in the first-level cache, in GFLOP/s over all of the engine's
 * threads. Far below `probeFma`, the compiler has spilled their registers. Undefined where our kernels do not run.
 *
 * @param now the clock in milliseconds, where another than the wall clock counts
 */
export function probeMicroKernel(now: () => number = () => performance.now()): number | undefined {
  return probeRate(probe, now);
}
