import type { Engine } from '../../engine/engine.ts';

const blockLength = 1024;
const blocksAtOnce = 32;

/** `count` float32 values from `pointer` on. */
export function fillOnEngine(engine: Engine, pointer: number, count: number, value: number): void {
  engine.run('fillValues', {
    ints: [pointer, count],
    floats: [value],
    items: Math.ceil(count / blockLength),
    grain: blocksAtOnce,
  });
}
