import type { WasmMemory } from './wasm-memory.ts';

/** One call of a kernel: its arguments and how its work is divided. */
export interface Job {
  /** Pointers and integers, as the kernel documents them. */
  readonly ints: readonly number[];
  /** Follow the integers. */
  readonly floats?: readonly number[];
  /** The kernel works on items [0, items). */
  readonly items: number;
  /** Items that one thread takes at a time. @default all: the job is too small to share */
  readonly grain?: number;
}

/** Our kernels on tfjs's wasm memory. */
export interface Engine {
  readonly threads: number;
  readonly isRelaxed: boolean;
  /** Runs to the end; nothing of it is pending afterwards. The result must not depend on how items are divided. */
  run(kernel: string, job: Job): void;
  /** Memory in bytes from tfjs's heap, 16-byte aligned. May grow the heap: take views of it afterwards. */
  allocate(bytes: number): number;
  free(pointer: number): void;
}

/** Bytes that a kernel may use at `scratch`, on each thread. */
export const scratchBytes = 2 ** 20;
/** The most integers and floats of one job. */
const argumentWords = 256;
const wordBytes = 4;

type Kernel = (args: number, begin: number, end: number, scratch: number) => void;

export function createEngine(module: WebAssembly.Module, isRelaxed: boolean, memory: WasmMemory): Engine {
  const { exports } = new WebAssembly.Instance(module, { env: { memory: memory.memory } });
  const args = memory.allocate(argumentWords * wordBytes);
  const scratch = memory.allocate(scratchBytes);
  return {
    threads: 1,
    isRelaxed,
    run(name, { ints, floats = [], items }) {
      const kernel = exports[name] as Kernel | undefined;
      if (kernel === undefined) throw new Error(`no kernel ${name}`);
      const heap = memory.memory.buffer;
      new Int32Array(heap, args, ints.length).set(ints.map((value) => value | 0));
      new Float32Array(heap, args + ints.length * wordBytes, floats.length).set(floats);
      if (items > 0) kernel(args, 0, items, scratch);
    },
    allocate: memory.allocate,
    free: memory.free,
  };
}
