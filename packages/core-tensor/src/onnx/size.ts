import { exportRefused } from './export-refused.ts';

/** A multiple of the batch size. */
export interface PerBatch {
  readonly perBatch: number;
}

/** A side of a shape. */
export type Size = number | PerBatch;

export type Shape = readonly Size[];

export function isFixed(size: Size): size is number {
  return typeof size === 'number';
}

export function equalSizes(a: Size, b: Size): boolean {
  return isFixed(a) || isFixed(b) ? a === b : a.perBatch === b.perBatch;
}

export function equalShapes(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => equalSizes(size, b[axis]!));
}

/** All sides as numbers. Throws `E_CONFIG` where one depends on the batch. */
export function fixedShape(shape: Shape, what: string): number[] {
  return shape.map((size) => {
    if (isFixed(size)) return size;
    throw exportRefused(`${what} must not depend on the batch size`, { got: describeShape(shape) });
  });
}

export function describeShape(shape: Shape): string {
  const sides = shape.map((size) => (isFixed(size) ? size : describePerBatch(size)));
  return `[${sides.join(', ')}]`;
}

/** `batch`, or `2·batch`. */
function describePerBatch({ perBatch }: PerBatch): string {
  return perBatch === 1 ? 'batch' : `${perBatch}·batch`;
}

/** The side that is `first` at one batch size and `second` at another; undefined where it is no multiple of them. */
export function joinSizes(
  first: number,
  second: number,
  batches: readonly [number, number],
): Size | undefined {
  if (first === second) return first;
  const perBatch = first / batches[0];
  return perBatch === second / batches[1] && Number.isInteger(perBatch) ? { perBatch } : undefined;
}
