import { afterAll, beforeAll, describe } from 'vitest';
import { selectBackend } from '../device/select-backend.ts';
import { currentEngine } from '../engine/current-engine.ts';
import type { Engine } from '../engine/engine.ts';
import { useEngine } from '../engine/use-engine.ts';

export interface DescribeOnThreadsOptions {
  /** @default [1, 2] */
  threads?: readonly number[];
  /** @default ['simd', 'relaxed'] */
  builds?: readonly ('simd' | 'relaxed')[];
}

/**
 * One `describe` for each build of our kernels and each number of threads, on wasm. `define` gets the engine that
 * runs while the block's tests do.
 */
export function describeOnThreads(
  name: string,
  define: (engine: Engine) => void,
  { threads = [1, 2], builds = ['simd', 'relaxed'] }: DescribeOnThreadsOptions = {},
): void {
  for (const build of builds) {
    for (const count of threads) {
      describe(`${name}, ${build} build on ${count} ${count === 1 ? 'thread' : 'threads'}`, () => {
        beforeAll(async () => {
          await selectBackend({ backend: 'wasm', threads: 1 });
          await useEngine({ isRelaxed: build === 'relaxed', threads: count });
        });
        afterAll(() => useEngine({ isRelaxed: true, threads: 1 }));
        define(engineInUse);
      });
    }
  }
}

/** Blocks are defined before any backend is selected, so this looks for the engine at each use. */
const engineInUse: Engine = {
  get threads() {
    return engineNow().threads;
  },
  get isRelaxed() {
    return engineNow().isRelaxed;
  },
  run: (kernel, job) => engineNow().run(kernel, job),
  allocate: (bytes) => engineNow().allocate(bytes),
  free: (pointer) => engineNow().free(pointer),
  shrinkTo: (threads) => engineNow().shrinkTo(threads),
  close: () => engineNow().close(),
};

function engineNow(): Engine {
  const engine = currentEngine();
  if (engine === undefined) throw new Error('our kernels do not run here');
  return engine;
}
