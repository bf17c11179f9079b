import type { Engine } from '../../engine/engine.ts';
import { cutForThreads } from './cut-for-threads.ts';

/** One axis of a copy; strides in values. */
export interface CopyAxis {
  readonly length: number;
  readonly fromStride: number;
  readonly toStride: number;
}

const mostAxes = 4;
const valuesAtOnce = 32_768;
const wordBytes = 4;

/**
 * Copies 4-byte values between two pointers along axes, first axis first; a stride of 0 repeats. False, with nothing
 * done, where more than five axes remain when those that lie together are joined.
 */
export function copyStrided(engine: Engine, from: number, to: number, axes: readonly CopyAxis[]): boolean {
  const joined = joinAxes(axes);
  const last = joined.at(-1);
  const isRun = last !== undefined && last.fromStride === 1 && last.toStride === 1;
  const inner = isRun ? joined.pop()!.length : 1;
  if (joined.length > mostAxes) return false;
  if (joined.length === 1) {
    const { length, fromStride, toStride } = joined[0]!;
    const runs = cutForThreads(length);
    joined.unshift({ length: length / runs, fromStride: fromStride * runs, toStride: toStride * runs });
    joined[1] = { length: runs, fromStride, toStride };
  }
  while (joined.length < mostAxes) joined.unshift({ length: 1, fromStride: 0, toStride: 0 });
  const [first, second, third, runs] = joined as [CopyAxis, CopyAxis, CopyAxis, CopyAxis];
  engine.run('copyStrided', {
    ints: [
      from,
      to,
      inner,
      ...joined.flatMap(({ length, fromStride, toStride }) => [length, fromStride, toStride]),
    ],
    items: inner * runs.length === 0 ? 0 : first.length * second.length * third.length,
    grain: Math.max(1, Math.floor(valuesAtOnce / (inner * runs.length + 1))),
  });
  return true;
}

/** Axes that both sides step through as one are one. */
function joinAxes(axes: readonly CopyAxis[]): CopyAxis[] {
  const joined: CopyAxis[] = [];
  for (const axis of axes) {
    if (axis.length === 1) continue;
    const last = joined.at(-1);
    const isOne =
      last !== undefined &&
      last.fromStride === axis.fromStride * axis.length &&
      last.toStride === axis.toStride * axis.length;
    if (isOne) joined[joined.length - 1] = { ...axis, length: last.length * axis.length };
    else joined.push(axis);
  }
  return joined;
}

/** Row-major strides of a shape, in values. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  for (let axis = shape.length - 1, stride = 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** A pointer moved on by some values. */
export function movedBy(pointer: number, values: number): number {
  return pointer + values * wordBytes;
}
