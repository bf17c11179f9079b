import asc from 'assemblyscript/asc';
import type { WasmMemory } from './wasm-memory.ts';

/**
 * Kernels that betray how they are run. args: [counts, threads, stop]. Each item adds item + 1 to its count and
 * writes the scratch pointer, which names the thread, into `threads`.
 */
const source = `
  function item(args: usize, i: i32, scratch: usize): void {
    const count = load<usize>(args) + ((<usize>i) << 2);
    store<i32>(count, load<i32>(count) + i + 1);
    store<usize>(load<usize>(args, 4) + ((<usize>i) << 2), scratch);
  }
  export function count(args: usize, begin: i32, end: i32, scratch: usize): void {
    for (let i = begin; i < end; i++) item(args, i, scratch);
  }
  /** Some 100 microseconds an item, so that every thread gets some. */
  export function countSlowly(args: usize, begin: i32, end: i32, scratch: usize): void {
    for (let i = begin; i < end; i++) {
      for (let k = 0; k < 100000; k++) store<i32>(scratch, load<i32>(scratch) * 3 + k);
      item(args, i, scratch);
    }
  }
  /** Traps on the thread whose scratch is \`stop\`. */
  export function trap(args: usize, begin: i32, end: i32, scratch: usize): void {
    if (scratch == load<usize>(args, 8)) unreachable();
    countSlowly(args, begin, end, scratch);
  }
  /** Traps on every thread but that one. */
  export function trapElsewhere(args: usize, begin: i32, end: i32, scratch: usize): void {
    if (scratch != load<usize>(args, 8)) unreachable();
    countSlowly(args, begin, end, scratch);
  }
`;

const largestPages = 16_384;

export async function compileTestKernels(): Promise<WebAssembly.Module> {
  const { error, binary, stderr } = await asc.compileString(source, {
    runtime: 'stub',
    optimizeLevel: 3,
    importMemory: true,
    sharedMemory: true,
    enable: ['threads'],
    initialMemory: 1,
    maximumMemory: largestPages,
    noAssert: true,
  });
  if (error || binary === null) throw new Error(`${error?.message}\n${stderr.toString()}`);
  return WebAssembly.compile(binary as BufferSource);
}

/** A memory without tfjs, whose every allocation is new and grows it. */
export function growingMemory(): WasmMemory {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: largestPages, shared: true });
  const page = 65_536;
  return {
    memory,
    isShared: true,
    allocate: (bytes) => memory.grow(Math.ceil(bytes / page)) * page,
    free: () => undefined,
  };
}
