import type { Engine } from '../../engine/engine.ts';
import type { tf } from '../../tf.ts';
import { pointerTo, type WasmBackend } from '../wasm-backend.ts';

/** x as [outer, length, inner], of which the middle is summed. */
export interface MiddleAxis {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** Values that are worth a part of their own; with `fewestRows` it cuts long axes by their shape alone. */
const valuesInPart = 16_384;
const fewestRows = 16;
/** Columns in one item. */
const chunkLength = 4096;
const valuesAtOnce = 32_768;
const resultsInBlock = 256;
const doubleBytes = 8;

/** y ← scale·Σ over the middle axis, on all threads. y has room for outer·inner values. */
export function sumMiddleOnEngine(
  engine: Engine,
  backend: WasmBackend,
  x: tf.TensorInfo,
  y: tf.TensorInfo,
  { outer, length, inner }: MiddleAxis,
  scale: number,
): void {
  const count = outer * inner;
  if (count === 0) return;
  const partLength = Math.max(fewestRows, Math.ceil(valuesInPart / inner));
  const parts = Math.max(1, Math.ceil(length / partLength));
  const partials = parts === 1 ? 0 : engine.allocate(count * parts * doubleBytes);
  try {
    const [from, to] = [pointerTo(backend, x), pointerTo(backend, y)];
    const strips = outer * parts;
    const grain = (values: number) => Math.max(1, Math.floor(valuesAtOnce / values));
    if (inner === 1) {
      engine.run('sumRows', {
        ints: [from, to, partials, length, parts, partLength],
        floats: [scale],
        items: strips,
        grain: grain(Math.min(length, partLength) + 1),
      });
    } else {
      const chunks = Math.ceil(inner / chunkLength);
      engine.run('sumColumns', {
        ints: [from, to, partials, length, inner, parts, partLength, chunks, chunkLength],
        floats: [scale],
        items: strips * chunks,
        grain: grain((Math.min(length, partLength) + 1) * Math.min(inner, chunkLength)),
      });
    }
    if (parts > 1) {
      engine.run('sumParts64', {
        ints: [partials, to, count, inner, parts],
        floats: [scale],
        items: Math.ceil(count / resultsInBlock),
        grain: grain(parts * resultsInBlock),
      });
    }
  } finally {
    if (partials !== 0) engine.free(partials);
  }
}
