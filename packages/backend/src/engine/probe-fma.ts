import { probeRate } from './probe-rate.ts';

/** 12 vectors of 4 numbers, a thousand rounds an item, multiply and add. */
const probe = {
  kernel: 'fmaProbe',
  operationsPerItem: 1000 * 48 * 2,
  itemsPerThread: 1000,
  resultBytes: 48 * 4,
} as const;

/**
 * The multiply-adds that this machine does at this moment, in GFLOP/s over all of the engine's threads: what the
 * kernels are measured against, because shared processors change their speed from second to second. The best of a few
 * measurements of about two milliseconds. Undefined where our kernels do not run.
 *
 * @param now the clock in milliseconds, where another than the wall clock counts
 */
export function probeFma(now: () => number = () => performance.now()): number | undefined {
  return probeRate(probe, now);
}
