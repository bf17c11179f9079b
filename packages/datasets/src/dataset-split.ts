import { TintypeError } from '@tintype/core-tensor';

/** Two parts of a dataset that share no image. */
export type DatasetSplit = 'train' | 'test';

/** Throws `E_DATA` where the split is neither `train` nor `test`. */
export function assertSplit(split: string, where: string): asserts split is DatasetSplit {
  if (split !== 'train' && split !== 'test') {
    throw new TintypeError('E_DATA', {
      where,
      what: 'there is no such split',
      got: split,
      expected: 'train or test',
    });
  }
}
