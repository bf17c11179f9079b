import type { Engine } from '../engine/engine.ts';
import type { WasmBackend } from '../kernels/wasm-backend.ts';
import type { RandomDraw } from './fill.ts';
import { type RandomKernel, randomKernels } from './kernel-names.ts';

const engineKernels: Record<RandomKernel, string> = {
  [randomKernels.bits]: 'randomBits',
  [randomKernels.uniform]: 'randomUniform',
  [randomKernels.normal]: 'randomNormal',
};

/** Blocks of one item. */
const runLength = 512;
const runsAtOnce = 4;
const wordValues = 2 ** 32;

/** The words of `fillBits` and its kin, bit for bit, written to `out` by the engine. */
export function drawOnEngine(
  engine: Engine,
  backend: WasmBackend,
  kernel: RandomKernel,
  out: number,
  { keys, counter, count }: RandomDraw,
): void {
  if (count === 0 || keys.length === 0) return;
  const first = Math.floor(counter / 2);
  const blocks = Math.ceil((counter + count) / 2) - first;
  const chunks = Math.ceil(blocks / runLength);
  const pointer = engine.allocate(keys.byteLength);
  try {
    new Uint32Array(backend.wasm.asm.memory.buffer, pointer, keys.length).set(keys);
    engine.run(engineKernels[kernel], {
      ints: [
        pointer,
        out,
        count,
        blocks,
        counter % 2,
        first % wordValues,
        Math.floor(first / wordValues),
        chunks,
      ],
      items: (keys.length / 2) * chunks,
      grain: runsAtOnce,
    });
  } finally {
    engine.free(pointer);
  }
}
