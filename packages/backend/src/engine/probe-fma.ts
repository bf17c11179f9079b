import { currentEngine } from './current-engine.ts';
import type { Engine } from './engine.ts';

/** A thousand rounds of `fmaProbe`, on 48 numbers: multiply and add. */
const operationsPerItem = 1000 * 48 * 2;
const resultBytes = 48 * 4;
/** Items a thread in one measurement: some two milliseconds at 50 GFLOP/s. */
const itemsPerThread = 1000;
/** V8 compiles a kernel with its optimising compiler after some calls. */
const warmUpCalls = 60;
const measurements = 4;

const warm = new WeakSet<Engine>();

/**
 * The multiply-adds that this machine does at this moment, in GFLOP/s over all of the engine's threads: what the
 * kernels are measured against, because shared processors change their speed from second to second. The best of a few
 * measurements of about two milliseconds. Undefined where our kernels do not run.
 *
 * @param now the clock in milliseconds, where another than the wall clock counts
 */
export function probeFma(now: () => number = () => performance.now()): number | undefined {
  const engine = currentEngine();
  if (engine === undefined) return undefined;
  const result = engine.allocate(resultBytes);
  const run = (items: number, grain: number) => engine.run('fmaProbe', { ints: [result], items, grain });
  try {
    if (!warm.has(engine)) for (let call = 0; call < warmUpCalls; call++) run(8 * engine.threads, 8);
    warm.add(engine);
    return Math.max(...Array.from({ length: measurements }, () => measure(engine, run, now)));
  } finally {
    engine.free(result);
  }
}

function measure(engine: Engine, run: (items: number, grain: number) => void, now: () => number): number {
  const items = itemsPerThread * engine.threads;
  const start = now();
  run(items, itemsPerThread / 20);
  return (items * operationsPerItem) / (now() - start) / 1e6;
}
