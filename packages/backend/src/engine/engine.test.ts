import { expect, test } from 'vitest';
import { describeOnThreads } from '../testing/describe-on-threads.ts';
import { tf } from '../tf.ts';
import { wasmMemory } from './wasm-memory.ts';

const resultFloats = 48;

const heap = (): Float32Array => new Float32Array(wasmMemory(tf.backend()).memory.buffer);

describeOnThreads('the engine', (engine) => {
  function probe(items: number, grain?: number): Float32Array {
    const result = engine.allocate(resultFloats * 4);
    heap().fill(Number.NaN, result / 4, result / 4 + resultFloats);
    engine.run('fmaProbe', { ints: [result], items, grain });
    const values = heap().slice(result / 4, result / 4 + resultFloats);
    engine.free(result);
    return values;
  }

  test('runs a kernel', () => {
    expect(probe(1).every(Number.isFinite)).toBe(true);
    // The chain x → 0.999 x + 0.001 tends to 1.
    expect(probe(100, 100)[0]).toBeCloseTo(1, 3);
  });

  test('a job with more words than there is room for is refused', () => {
    expect(() => engine.run('fmaProbe', { ints: Array(257).fill(0), items: 1 })).toThrow(RangeError);
    expect(() => engine.run('noSuchKernel', { ints: [], items: 1 })).toThrow(/no kernel/);
  });
});
