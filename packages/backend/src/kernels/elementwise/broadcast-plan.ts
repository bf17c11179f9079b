import { cutForThreads } from '../strided-copy/cut-for-threads.ts';

/** How two operands run through one output, innermost axis apart; strides are in values, 0 where broadcast. */
export interface BroadcastPlan {
  readonly shape: number[];
  readonly inner: number;
  /** Whether an operand has the inner axis (1) or one value for it (0). */
  readonly aInner: 0 | 1;
  readonly bInner: 0 | 1;
  /** Three row axes and the runs of a row, first axis first: length, stride of a, stride of b. */
  readonly axes: readonly number[];
  readonly rows: number;
  readonly runs: number;
}

interface Axis {
  length: number;
  hasA: boolean;
  hasB: boolean;
}

const outerAxes = 4;

/** Undefined where the operands interleave more than three runs of axes, or do not fit together. */
export function broadcastPlan(a: readonly number[], b: readonly number[]): BroadcastPlan | undefined {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  const merged: Axis[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const aLength = a[axis - rank + a.length] ?? 1;
    const bLength = b[axis - rank + b.length] ?? 1;
    if (aLength !== bLength && aLength !== 1 && bLength !== 1) return undefined;
    const length = aLength === 1 ? bLength : aLength;
    shape.push(length);
    if (length === 1) continue;
    append(merged, { length, hasA: aLength === length, hasB: bLength === length });
  }
  if (merged.length > outerAxes + 1) return undefined;
  const inner = merged.pop() ?? { length: 1, hasA: true, hasB: true };
  const axes = outerAxesOf(merged, inner);
  return {
    shape,
    inner: inner.length,
    aInner: inner.hasA ? 1 : 0,
    bInner: inner.hasB ? 1 : 0,
    axes: axes.flat(),
    rows: axes[0]![0] * axes[1]![0] * axes[2]![0],
    runs: axes[3]![0],
  };
}

/** Neighbouring axes that both operands treat alike are one axis. */
function append(merged: Axis[], axis: Axis): void {
  const last = merged.at(-1);
  if (last && last.hasA === axis.hasA && last.hasB === axis.hasB) last.length *= axis.length;
  else merged.push(axis);
}

/** Length and strides of four axes. */
function outerAxesOf(merged: readonly Axis[], inner: Axis): [number, number, number][] {
  const axes: [number, number, number][] = [];
  let aStride = inner.hasA ? inner.length : 1;
  let bStride = inner.hasB ? inner.length : 1;
  for (const { length, hasA, hasB } of [...merged].reverse()) {
    axes.unshift([length, hasA ? aStride : 0, hasB ? bStride : 0]);
    if (hasA) aStride *= length;
    if (hasB) bStride *= length;
  }
  if (axes.length === 1) {
    const [length, a, b] = axes[0]!;
    const runs = cutForThreads(length);
    axes.splice(0, 1, [length / runs, a * runs, b * runs], [runs, a, b]);
  }
  while (axes.length < outerAxes) axes.unshift([1, 0, 0]);
  return axes;
}
