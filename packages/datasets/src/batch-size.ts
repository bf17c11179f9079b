import { TintypeError } from '@tintype/core-tensor';

/** Throws `E_DATA` where the batch is not an integer from 1 to the size of the dataset. */
export function assertBatchSize(batchSize: number, datasetSize: number, where: string): void {
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > datasetSize) {
    throw new TintypeError('E_DATA', {
      where: `${where}.batchSize`,
      what: 'the batch does not fit the dataset',
      got: batchSize,
      expected: `an integer from 1 to ${datasetSize}`,
      remedy: `The largest batch of this dataset is ${datasetSize}`,
    });
  }
}

/** Throws `E_DATA` where the step is not a whole number from 0. */
export function assertStep(step: number, where: string): void {
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new TintypeError('E_DATA', {
      where: `${where}.batch`,
      what: 'a step is counted from 0',
      got: step,
      expected: 'an integer of at least 0',
    });
  }
}
