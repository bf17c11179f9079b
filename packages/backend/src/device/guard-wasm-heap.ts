import { TintypeError } from '../errors/tintype-error.ts';
import type { tf } from '../tf.ts';
import { memoryRemedy } from './out-of-memory.ts';

const pageBytes = 2 ** 16;

/**
 * How far the heap may grow. Emscripten's allocator computes the end of what it hands out in 32 bits: near 4 GiB the sum
 * wraps, and it gives addresses that reach beyond the memory. Below this limit no growth can wrap.
 */
export const heapLimitBytes = 62_000 * pageBytes;

/** What kernels of tfjs may still take for themselves once the heap has reached its limit; they do not check. */
const reserveBytes = 2 ** 24;
/** Head and alignment of a block, and what the allocator takes beyond it. */
const blockSlackBytes = 2 ** 20;

interface Emscripten {
  asm: { memory: WebAssembly.Memory; malloc(bytes: number): number; free(pointer: number): void };
}

/**
 * Makes tfjs's allocator throw `E_OUT_OF_MEMORY` where it has nothing left. tfjs takes the 0 that it gets then for an
 * address and goes on with wrong numbers, and kernels that find no room for their own tables leave their output as it was.
 */
export function guardWasmHeap(backend: tf.KernelBackend): void {
  const { wasm } = backend as unknown as { wasm: Emscripten };
  const { memory, malloc, free } = wasm.asm;
  const heapBytes = () => memory.buffer.byteLength;
  limitGrowth(memory);

  const hasReserve = (): boolean => {
    if (heapBytes() + reserveBytes <= heapLimitBytes) return true;
    const probe = malloc(reserveBytes);
    if (probe === 0) return false;
    free(probe);
    return true;
  };
  const guarded = (bytes: number): number => {
    const mayWrap = heapBytes() + bytes + blockSlackBytes >= 2 ** 32;
    const pointer = mayWrap ? 0 : malloc(bytes);
    if (pointer !== 0 && hasReserve()) return pointer;
    if (pointer !== 0) free(pointer);
    throw new TintypeError('E_OUT_OF_MEMORY', {
      where: 'wasm heap',
      what: `the heap has no room for ${bytes} bytes more`,
      got: `${heapBytes()} bytes in use or fragmented`,
      expected: `at most ${heapLimitBytes}`,
      remedy: memoryRemedy,
    });
  };
  // Emscripten's own function puts itself back when it is called for the first time.
  Object.defineProperty(wasm, '_malloc', { configurable: true, get: () => guarded, set: () => undefined });
}

/** Emscripten takes an error of `grow` for a memory that cannot grow. */
function limitGrowth(memory: WebAssembly.Memory): void {
  const grow = memory.grow.bind(memory);
  const limited = (pages: number): number => {
    if (memory.buffer.byteLength + pages * pageBytes > heapLimitBytes)
      throw new RangeError('the heap is at its limit');
    return grow(pages);
  };
  Object.defineProperty(memory, 'grow', { configurable: true, value: limited });
}
