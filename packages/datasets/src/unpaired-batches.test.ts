import { createRandomStream } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { numberedImages, readBatch, readNumbers } from './numbered-images.test-support.ts';
import { createUnpairedBatches } from './unpaired-batches.ts';

const rng = () => createRandomStream(9);
const a = numberedImages('photos', 12);
const b = numberedImages('paintings', 8, 100);
const upTo = (size: number, first = 0) => Array.from({ length: size }, (_, i) => first + i);
const sorted = (values: number[]) => [...values].sort((x, y) => x - y);

describeOnBackends('createUnpairedBatches', () => {
  test('each side has epochs of its own length, in orders that have nothing to do with each other', () => {
    const batches = createUnpairedBatches({ a, b }, { batchSize: 4, rng: rng() });
    const ofA: number[] = [];
    const ofB: number[] = [];
    for (let step = 0; step < 6; step++) {
      readBatch(batches.batch(step), (batch) => {
        ofA.push(...readNumbers(batch.a!));
        ofB.push(...readNumbers(batch.b!).map((number) => number - 100));
      });
    }
    for (const start of [0, 12]) expect(sorted(ofA.slice(start, start + 12))).toEqual(upTo(12));
    for (const start of [0, 8, 16]) expect(sorted(ofB.slice(start, start + 8))).toEqual(upTo(8));
    const same = numberedImages('same', 12);
    const twins = createUnpairedBatches({ a: same, b: same }, { batchSize: 12, rng: rng() });
    readBatch(twins.batch(0), (batch) => expect(readNumbers(batch.a!)).not.toEqual(readNumbers(batch.b!)));
  });

  test('a step is the same however it is reached, and nothing is left behind', async () => {
    const read = (batch: unknown) =>
      readBatch(batch, (tensors) => [readNumbers(tensors.a!), readNumbers(tensors.b!)]);
    const forward = createUnpairedBatches({ a, b }, { batchSize: 5, rng: rng() });
    const steps = upTo(8).map((step) => read(forward.batch(step)));
    const jumping = createUnpairedBatches({ a, b }, { batchSize: 5, rng: rng() });
    await expectNoLeaks(() => {
      for (const step of [7, 0, 4]) expect(read(jumping.batch(step))).toEqual(steps[step]);
    });
    const other = createUnpairedBatches({ a, b }, { batchSize: 5, rng: createRandomStream(10) });
    expect(upTo(8).map((step) => read(other.batch(step)))).not.toEqual(steps);
  });
});

test('a batch fits the shorter side', () => {
  const create = (batchSize: number) => () => createUnpairedBatches({ a, b }, { batchSize, rng: rng() });
  expect(create(8)).not.toThrow();
  expect(create(9)).toThrow(/got 9, expected an integer from 1 to 8/);
});
