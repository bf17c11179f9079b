import type { Engine } from './engine.ts';

/** Lends memory of tfjs's heap for the length of a call. */
export function borrowMemory<T>(engine: Engine, bytes: number, use: (pointer: number) => T): T {
  const pointer = engine.allocate(Math.max(bytes, 16));
  try {
    return use(pointer);
  } finally {
    engine.free(pointer);
  }
}
