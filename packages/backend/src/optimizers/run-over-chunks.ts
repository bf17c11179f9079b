import type { Engine } from '../engine/engine.ts';
import type { WasmBackend } from '../kernels/wasm-backend.ts';

/** One tensor's part of a job over many tensors, as the kernel documents its record. */
interface ChunkedEntry {
  /** In bytes; each chunk gets them moved on to its own values. */
  readonly pointers: readonly number[];
  readonly count: number;
  readonly floats?: readonly number[];
}

export interface ChunkedJob {
  readonly kernel: string;
  readonly entries: readonly ChunkedEntry[];
  /** Integers behind the table's pointer, and floats. */
  readonly ints?: readonly number[];
  readonly floats?: readonly number[];
}

/** Fixed, so that sums over chunks do not depend on the threads. */
const chunkLength = 4096;
const recordWords = 12;
const wordBytes = 4;
const chunksAtOnce = 2;

/** Items of a job over tensors of these sizes. */
export function chunksOf(counts: readonly number[]): number {
  return counts.reduce((chunks, count) => chunks + Math.ceil(count / chunkLength), 0);
}

/** Runs a kernel once over the chunks of many tensors. Allocate all that it writes before. */
export function runOverChunks(engine: Engine, backend: WasmBackend, job: ChunkedJob): void {
  const { kernel, entries, ints = [], floats } = job;
  const items = chunksOf(entries.map(({ count }) => count));
  if (items === 0) return;
  const table = engine.allocate(items * recordWords * wordBytes);
  try {
    writeTable(backend, table, items, entries);
    engine.run(kernel, { ints: [table, ...ints], floats, items, grain: chunksAtOnce });
  } finally {
    engine.free(table);
  }
}

function writeTable(backend: WasmBackend, table: number, items: number, entries: readonly ChunkedEntry[]) {
  const heap = backend.wasm.asm.memory.buffer;
  const words = new Int32Array(heap, table, items * recordWords);
  const floatWords = new Float32Array(heap, table, items * recordWords);
  let at = 0;
  for (const { pointers, count, floats = [] } of entries) {
    for (let first = 0; first < count; first += chunkLength, at += recordWords) {
      for (let i = 0; i < pointers.length; i++) words[at + i] = pointers[i]! + first * wordBytes;
      words[at + pointers.length] = Math.min(chunkLength, count - first);
      floatWords.set(floats, at + pointers.length + 1);
    }
  }
}
