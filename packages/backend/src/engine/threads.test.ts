import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { nodeModule } from '../device/node-modules.ts';
import { createEngine, type Engine } from './engine.ts';
import { compileTestKernels, growingMemory } from './test-kernels.test-support.ts';
import type { WasmMemory } from './wasm-memory.ts';
import { watchWorkers } from './watch-workers.test-support.ts';

const module = await compileTestKernels();
const threadLost = expect.objectContaining({ code: 'E_THREAD_LOST' });
const workerThreads = nodeModule('node:worker_threads')!;
const RealWorker = workerThreads.Worker;

let memory: WasmMemory;
let engine: Engine;
let workers: ReturnType<typeof watchWorkers>;
let onLost: ReturnType<typeof vi.fn<(reason: string) => void>>;

async function open(threads: number): Promise<void> {
  memory = growingMemory();
  engine = await createEngine({ module, isRelaxed: false, memory, threads, onLost });
}

/** The counts and the thread of each item; both are poisoned before. */
function run(kernel: string, items: number, { grain, stop = 0 }: { grain?: number; stop?: number } = {}) {
  const bytes = Math.max(4 * items, 4);
  const counts = engine.allocate(bytes);
  const threads = engine.allocate(bytes);
  const ints = (pointer: number) => new Int32Array(memory.memory.buffer, pointer, items);
  ints(threads).fill(-1);
  engine.run(kernel, { ints: [counts, threads, stop], items, grain });
  return { counts: ints(counts), threads: new Set(ints(threads)) };
}

const mainThread = (): number => [...run('count', 1).threads][0]!;
const countsOf = (items: number) => Int32Array.from({ length: items }, (_, i) => i + 1);

beforeEach(() => {
  workers = watchWorkers();
  onLost = vi.fn<(reason: string) => void>();
});

afterEach(async () => {
  workers.restore();
  await engine.close();
});

describe.each([1, 2, 4])('with %i threads', (threads) => {
  beforeEach(() => open(threads));

  test('every item is worked on once, whatever the grain', () => {
    for (const items of [0, 1, 2, 3, 7, 64, 1000, 5001]) {
      for (const grain of [undefined, 1, 2, 3, 17, 1000, 10_000])
        expect(run('count', items, { grain }).counts, `${items} by ${grain}`).toEqual(countsOf(items));
    }
  });

  test('all threads take part, and only where there is more than one chunk', () => {
    expect(engine.threads).toBe(threads);
    // A busy machine may run all of one job before its last thread has woken.
    const seen = new Set<number>();
    for (let job = 0; job < 50 && seen.size < threads; job++)
      for (const thread of run('countSlowly', 400, { grain: 1 }).threads) seen.add(thread);
    expect(seen.size).toBe(threads);
    expect(run('countSlowly', 400).threads.size).toBe(1);
    expect(run('countSlowly', 400, { grain: 400 }).threads.size).toBe(1);
  });

  test('thousands of small jobs in a row, each with arguments of its own', () => {
    const items = 40;
    const length = 3000;
    const counts = engine.allocate(4 * items * length);
    const threadsOf = engine.allocate(4 * items);
    for (let job = 0; job < length; job++)
      engine.run('count', { ints: [counts + 4 * items * job, threadsOf, 0], items, grain: 3 });
    const values = new Int32Array(memory.memory.buffer, counts, items * length);
    expect(values.every((value, i) => value === (i % items) + 1)).toBe(true);
  });

  test('memory that grows between jobs is seen by all threads', () => {
    for (let round = 0; round < 20; round++) {
      engine.allocate(2 ** 24);
      expect(run('countSlowly', 60, { grain: 1 }).counts).toEqual(countsOf(60));
    }
    expect(memory.memory.buffer.byteLength).toBeGreaterThan(2 ** 28);
  });

  test('a kernel that throws on the calling thread throws its own error, and the next job runs', () => {
    const stop = mainThread();
    for (let round = 0; round < 5; round++)
      expect(() => run('trap', 200, { grain: 1, stop })).toThrow(WebAssembly.RuntimeError);
    expect(run('count', 1000, { grain: 10 }).counts).toEqual(countsOf(1000));
  });
});

describe('when something goes wrong on a worker', () => {
  beforeEach(() => open(2));

  test('a kernel that throws there is an E_THREAD_LOST with its message, and the next job runs on all threads', () => {
    const stop = mainThread();
    expect(() => run('trapElsewhere', 400, { grain: 1, stop })).toThrow(threadLost);
    expect(() => run('trapElsewhere', 400, { grain: 1, stop })).toThrow(/unreachable/);
    expect(run('countSlowly', 400, { grain: 1 }).threads.size).toBe(2);
    expect(onLost).not.toHaveBeenCalled();
  });

  test('one that is killed while it is idle is noticed within a second, and one thread goes on', async () => {
    const start = performance.now();
    await workers.started[0]!.terminate();
    // A job before the event has come is not hurt.
    expect(run('count', 1000, { grain: 10 }).counts).toEqual(countsOf(1000));
    await vi.waitFor(() => expect(onLost).toHaveBeenCalledOnce(), { timeout: 1000 });
    expect(performance.now() - start).toBeLessThan(1000);
    expect(engine.threads).toBe(1);
    expect(run('count', 1000, { grain: 10 }).counts).toEqual(countsOf(1000));
  });

  test('closing ends the workers without a report', async () => {
    await engine.close();
    expect(engine.threads).toBe(1);
    await vi.waitFor(() => expect(workers.started.every(({ threadId }) => threadId === -1)).toBe(true));
    expect(onLost).not.toHaveBeenCalled();
  });
});

/** Takes one chunk like a worker and then does `fate` instead of the work. */
const doomedWorker = (fate: string) => `
  const { parentPort } = require('node:worker_threads');
  parentPort.once('message', ({ control }) => {
    parentPort.postMessage({});
    for (;;) {
      const ticket = Atomics.load(control, 0);
      if ((ticket & 1023) < control[48] && Atomics.compareExchange(control, 0, ticket, ticket + 1) === ticket) ${fate};
    }
  });`;

describe('a worker that ends in the middle of its work', () => {
  test.each([
    ['by process.exit', 'process.exit(3)', {}],
    ['by an exception', "throw new Error('broken')", {}],
    [
      'for want of memory',
      'for (const kept = []; ; ) kept.push(Array(1000).fill({}))',
      { maxOldGenerationSizeMb: 16 },
    ],
  ])('%s is noticed', async (_, fate, resourceLimits) => {
    workerThreads.Worker = class extends RealWorker {
      constructor() {
        super(doomedWorker(fate), { eval: true, resourceLimits });
      }
    };
    await open(2);
    const start = performance.now();
    expect(() => run('countSlowly', 400, { grain: 1 })).toThrow(threadLost);
    // 50 ms after its end on an idle machine; without a trace of the end it would be half a minute.
    expect(performance.now() - start).toBeLessThan(5000);
    expect(onLost).toHaveBeenCalledOnce();
    expect(engine.threads).toBe(1);
    expect(run('count', 1000, { grain: 10 }).counts).toEqual(countsOf(1000));
  });

  test('a worker that cannot start fails the opening', async () => {
    workerThreads.Worker = class extends RealWorker {
      constructor() {
        super('process.exit(4)', { eval: true });
      }
    };
    await expect(open(2)).rejects.toThrow(/exit code 4/);
  });
});
