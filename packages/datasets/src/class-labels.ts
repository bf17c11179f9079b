import { assertLabels } from '@tintype/core-tensor';
import type { ClassLabels } from './dataset.ts';

/** What the wider array of labels holds. */
const largestClassCount = 2 ** 31;

/**
 * Class indices, as bytes where they reach no further than 255. Throws `E_LABEL`, with the index of the first bad one, for
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
  return largest < 2 ** 8 ? Uint8Array.from(labels) : Int32Array.from(labels);
}
