import type { tf } from '../tf.ts';

/** tfjs's wasm memory and its allocator, which our kernels share. */
export interface WasmMemory {
  readonly memory: WebAssembly.Memory;
  /** Whether workers may use it too. */
  readonly isShared: boolean;
  /** 16-byte aligned. May grow the memory. */
  allocate(bytes: number): number;
  free(pointer: number): void;
}

interface Emscripten {
  asm: { memory: WebAssembly.Memory };
  _malloc(bytes: number): number;
  _free(pointer: number): void;
}

export function wasmMemory(backend: tf.KernelBackend): WasmMemory {
  const { wasm } = backend as unknown as { wasm: Emscripten };
  const { memory } = wasm.asm;
  return {
    memory,
    isShared: typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer,
    allocate(bytes) {
      const pointer = wasm._malloc(bytes) >>> 0;
      if (pointer === 0) throw new RangeError(`the wasm heap cannot give ${bytes} bytes more`);
      return pointer;
    },
    free: (pointer) => wasm._free(pointer),
  };
}
