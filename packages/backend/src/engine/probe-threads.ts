import type { Engine } from './engine.ts';

const probeMs = 50;
/** Thousands of rounds of the probe that one thread does at a time: a few milliseconds. */
const itemsEach = 150;
/** The full number must be this much faster than its half. */
const leastGain = 1.15;
const resultBytes = 192;

/**
 * How many threads to keep: the full number, or half of it where twice the threads do not multiply faster, as where
 * they share cores or the machine is busy. Takes about 50 ms.
 */
export function probeThreads(engine: Engine): number {
  const full = engine.threads;
  const half = full >> 1;
  if (half < 1) return full;
  const result = engine.allocate(resultBytes);
  const ratePerMs = (threads: number): number => {
    const start = performance.now();
    engine.run('fmaProbe', { ints: [result], items: threads * itemsEach, grain: itemsEach });
    return threads / (performance.now() - start);
  };
  ratePerMs(full);
  let bestOfFull = 0;
  let bestOfHalf = 0;
  for (const end = performance.now() + probeMs; performance.now() < end; ) {
    bestOfFull = Math.max(bestOfFull, ratePerMs(full));
    bestOfHalf = Math.max(bestOfHalf, ratePerMs(half));
  }
  engine.free(result);
  return bestOfFull < leastGain * bestOfHalf ? half : full;
}
