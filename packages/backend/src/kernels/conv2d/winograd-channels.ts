import { borrowMemory } from '../../engine/borrow-memory.ts';
import type { Engine } from '../../engine/engine.ts';
import { roundUp } from './winograd-plan.ts';

const floatBytes = 4;
const floatsPerGrain = 2 ** 16;

/** Channels as the Winograd kernels take them, four at a time. */
export function paddedChannels(channels: number): number {
  return roundUp(channels, 4);
}

/** Calls `use` with the pixels at `source`, their channels filled up with zeros to a multiple of four. */
export function withPaddedChannels(
  engine: Engine,
  source: number,
  pixels: number,
  channels: number,
  use: (pointer: number) => void,
): void {
  const padded = paddedChannels(channels);
  if (padded === channels) {
    use(source);
    return;
  }
  borrowMemory(engine, pixels * padded * floatBytes, (pointer) => {
    copyChannels(engine, source, pointer, pixels, channels, padded);
    use(pointer);
  });
}

/** Calls `use` with room for pixels of padded channels, and copies what it writes there to `target` without them. */
export function intoPaddedChannels(
  engine: Engine,
  target: number,
  pixels: number,
  channels: number,
  use: (pointer: number) => void,
): void {
  const padded = paddedChannels(channels);
  if (padded === channels) {
    use(target);
    return;
  }
  borrowMemory(engine, pixels * padded * floatBytes, (pointer) => {
    use(pointer);
    copyChannels(engine, pointer, target, pixels, padded, channels);
  });
}

function copyChannels(
  engine: Engine,
  source: number,
  target: number,
  pixels: number,
  from: number,
  to: number,
): void {
  engine.run('winogradChannels', {
    ints: [source, target, from, to],
    items: pixels,
    grain: Math.ceil(floatsPerGrain / to),
  });
}
