import { type Kernel, kernelNames, scratchBytes } from './kernel.ts';
import { createThreadPool, type ThreadPool } from './thread-pool.ts';
import type { WasmMemory } from './wasm-memory.ts';

/** One call of a kernel: its arguments and how its work is divided. */
interface Job {
  /** Pointers and integers, as the kernel documents them. */
  readonly ints: readonly number[];
  /** Follow the integers. */
  readonly floats?: readonly number[];
  /** The kernel works on items [0, items). */
  readonly items: number;
  /** Items that one thread takes at a time; more where that makes over a thousand parts. @default all: too small to share */
  readonly grain?: number;
}

/** Our kernels on tfjs's wasm memory. */
export interface Engine {
  /** Threads that take part, the calling one among them; 1 from the moment a worker is lost. */
  readonly threads: number;
  readonly isRelaxed: boolean;
  /**
   * Runs to the end; nothing of it is pending afterwards. The result must not depend on how items are divided.
   * @throws TintypeError E_THREAD_LOST when a worker dies in the middle of the job
   */
  run(kernel: string, job: Job): void;
  /** Memory in bytes from tfjs's heap, 16-byte aligned. May grow the heap: take views of it afterwards. */
  allocate(bytes: number): number;
  free(pointer: number): void;
  /** Ends workers beyond the first `threads − 1`. */
  shrinkTo(threads: number): Promise<void>;
  /** Ends all workers and gives the engine's memory back. */
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly module: WebAssembly.Module;
  readonly isRelaxed: boolean;
  readonly memory: WasmMemory;
  /** More than 1 needs a shared memory. */
  readonly threads: number;
  readonly assetBaseUrl?: string;
  onLost(reason: string): void;
}

/** The most integers and floats of one job. */
const argumentWords = 256;
const wordBytes = 4;
const allItems = Number.POSITIVE_INFINITY;

export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { module, isRelaxed, memory, threads, assetBaseUrl, onLost } = options;
  const { exports } = new WebAssembly.Instance(module, { env: { memory: memory.memory } });
  const kernels = new Map(
    kernelNames(module).map((name, index) => [name, { index, call: exports[name] as Kernel }]),
  );
  const args = memory.allocate(argumentWords * wordBytes);
  const scratches = Array.from({ length: threads }, () => memory.allocate(scratchBytes));
  const [scratch, ...workerScratches] = scratches as [number, ...number[]];
  const free = (): void => [args, ...scratches].forEach(memory.free);

  let pool: ThreadPool | undefined;
  if (threads > 1) {
    try {
      pool = await createThreadPool({
        module,
        memory: memory.memory,
        scratches: workerScratches,
        assetBaseUrl,
        onLost,
      });
    } catch (error) {
      free();
      throw error;
    }
  }

  // Views of the arguments: growth of a plain memory detaches them; of a shared memory they stay good.
  let ints = new Int32Array(memory.memory.buffer, args, argumentWords);
  let floats = new Float32Array(memory.memory.buffer, args, argumentWords);
  function writeArguments(job: Job): void {
    if (ints.length === 0) {
      ints = new Int32Array(memory.memory.buffer, args, argumentWords);
      floats = new Float32Array(memory.memory.buffer, args, argumentWords);
    }
    const count = job.ints.length;
    const floatCount = job.floats?.length ?? 0;
    if (count + floatCount > argumentWords) throw new RangeError(`more than ${argumentWords} arguments`);
    for (let i = 0; i < count; i++) ints[i] = job.ints[i]!;
    for (let i = 0; i < floatCount; i++) floats[count + i] = job.floats![i]!;
  }

  let isClosed = false;
  return {
    get threads() {
      return pool?.threads ?? 1;
    },
    isRelaxed,
    run(name, job) {
      const kernel = kernels.get(name);
      if (kernel === undefined) throw new Error(`no kernel ${name}`);
      if (isClosed) throw new Error('another engine has replaced this one: take currentEngine() at each use');
      const { items, grain = allItems } = job;
      if (items <= 0) return;
      writeArguments(job);
      if (pool === undefined || items <= grain || pool.threads === 1) kernel.call(args, 0, items, scratch);
      else pool.run({ kernel: kernel.index, args, items, grain }, kernel.call, scratch);
    },
    allocate: memory.allocate,
    free: memory.free,
    shrinkTo: async (count) => pool?.shrinkTo(count),
    async close() {
      if (isClosed) return;
      isClosed = true;
      await pool?.shrinkTo(1);
      free();
    },
  };
}
