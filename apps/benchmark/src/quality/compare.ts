import type { Direction } from './quality-suite.ts';

/** Never true of a figure that is not a number. */
export function meets(direction: Direction, value: number, threshold: number): boolean {
  return direction === '<=' ? value <= threshold : value >= threshold;
}

/** The figure that comes nearest to passing. */
export function best(direction: Direction, values: readonly number[]): number {
  return direction === '<=' ? Math.min(...values) : Math.max(...values);
}

export function worst(direction: Direction, values: readonly number[]): number {
  return direction === '<=' ? Math.max(...values) : Math.min(...values);
}

/** Null for what is not a finite number, as JSON has none. */
export function orNull(value: number | null | undefined): number | null {
  return value !== undefined && value !== null && Number.isFinite(value) ? value : null;
}
