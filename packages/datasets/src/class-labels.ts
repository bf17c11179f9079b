import { assertLabels } from '@tintype/core-tensor';
import type { ClassLabels } from './dataset.ts';

/** What the widest array of labels holds. */
const largestClassCount = 2 ** 31;

/**
 * Class indices in the smallest array that holds them all. Throws `E_LABEL`, with the index of the first bad one, for
 * a label that is no whole number from 0 to numClasses − 1.
 */
export function toClassLabels(
  labels: ArrayLike<number>,
  name: string,
  numClasses: number = largestClassCount,
): ClassLabels {
  assertLabels(labels, numClasses, name);
  let largest = 0;
  for (let i = 0; i < labels.length; i++) largest = Math.max(largest, labels[i]!);
  if (largest < 2 ** 8) return Uint8Array.from(labels);
  return largest < 2 ** 16 ? Uint16Array.from(labels) : Int32Array.from(labels);
}
