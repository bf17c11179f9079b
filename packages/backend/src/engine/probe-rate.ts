import { currentEngine } from './current-engine.ts';
import type { Engine } from './engine.ts';

/** A kernel that does nothing but compute, for measuring. */
export interface RateProbe {
  readonly kernel: string;
  readonly operationsPerItem: number;
  /** Items a thread in one measurement: some two milliseconds; divisible by 40. */
  readonly itemsPerThread: number;
  /** Bytes at the kernel's one pointer; 0 where it has none. */
  readonly resultBytes: number;
}

/** V8 compiles a kernel with its optimising compiler after some calls. */
const warmUpCalls = 60;
const measurements = 4;
/** Pieces that a thread's share is cut into. */
const pieces = 20;

const warm = new WeakMap<Engine, Set<string>>();

/** GFLOP/s over all threads, the best of a few measurements; undefined where our kernels do not run. */
export function probeRate(probe: RateProbe, now: () => number): number | undefined {
  const engine = currentEngine();
  if (engine === undefined) return undefined;
  const result = probe.resultBytes > 0 ? engine.allocate(probe.resultBytes) : 0;
  const ints = result === 0 ? [] : [result];
  const run = (items: number, grain: number) => engine.run(probe.kernel, { ints, items, grain });
  const items = probe.itemsPerThread * engine.threads;
  const grain = probe.itemsPerThread / pieces;
  const measure = () => {
    const start = now();
    run(items, grain);
    return (items * probe.operationsPerItem) / (now() - start) / 1e6;
  };
  try {
    const known = warm.get(engine) ?? new Set();
    if (!known.has(probe.kernel)) for (let call = 0; call < warmUpCalls; call++) run(8 * engine.threads, 8);
    warm.set(engine, known.add(probe.kernel));
    return Math.max(...Array.from({ length: measurements }, measure));
  } finally {
    if (result !== 0) engine.free(result);
  }
}
