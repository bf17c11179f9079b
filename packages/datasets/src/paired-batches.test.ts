import { createRandomStream } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { numberedImages, readBatch, readNumbers } from './numbered-images.test-support.ts';
import { createPairedBatches } from './paired-batches.ts';

const rng = () => createRandomStream(5);
const names = ['ant', 'bee', 'cat', 'dog', 'elk', 'fox'];
const source = { ...numberedImages('lines', 6), names };
const target = { ...numberedImages('colours', 6, 100, 3), names };

describeOnBackends('createPairedBatches', () => {
  test('both sides come in one order, each pair once an epoch', () => {
    const batches = createPairedBatches({ source, target }, { batchSize: 4, rng: rng() });
    const seen: number[] = [];
    for (const step of [0, 1, 2]) {
      readBatch(batches.batch(step), (batch) => {
        expect([batch.source!.shape, batch.target!.shape]).toEqual([
          [4, 2, 2, 1],
          [4, 2, 2, 3],
        ]);
        const numbers = readNumbers(batch.source!);
        expect(readNumbers(batch.target!)).toEqual(numbers.map((number) => number + 100));
        seen.push(...numbers);
      });
    }
    expect(seen.slice(0, 6).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(seen.slice(6).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(seen.slice(0, 6)).not.toEqual(seen.slice(6));
  });

  test('a step is the same however it is reached, and nothing is left behind', async () => {
    const forward = createPairedBatches({ source, target }, { batchSize: 4, rng: rng() });
    for (const step of [0, 1, 2]) readBatch(forward.batch(step), () => {});
    const expected = readBatch(forward.batch(3), (batch) => readNumbers(batch.source!));
    const jumping = createPairedBatches({ source, target }, { batchSize: 4, rng: rng() });
    await expectNoLeaks(() =>
      readBatch(jumping.batch(3), (batch) => expect(readNumbers(batch.source!)).toEqual(expected)),
    );
  });
});

test.each([
  ['a shorter side', { target: takeFirst(5) }, /target lacks fox \(got 6 of source, 5 of target/],
  ['a longer side', { source: takeFirst(4) }, /source lacks elk \(got 4 of source, 6 of target/],
  [
    'another name',
    { target: { ...target, names: ['ant', 'bee', 'cow', 'dog', 'elk', 'fox'] } },
    /target lacks cat \(got 6 of source, 6 of target/,
  ],
  [
    'another order',
    { target: { ...target, names: ['ant', 'cat', 'bee', 'dog', 'elk', 'fox'] } },
    /pair 1 have different names \(got bee and cat/,
  ],
  [
    'lengths that differ without names',
    { source: numberedImages('lines', 6), target: numberedImages('colours', 7) },
    /one target for each source \(got 6 of source, 7 of target/,
  ],
])('%s is refused as E_DATA before the first step', (_, changed, message) => {
  const pairs = { source, target, ...changed };
  const create = () => createPairedBatches(pairs, { batchSize: 2, rng: rng() });
  expect(create).toThrow(message);
  expect(create).toThrow(expect.objectContaining({ code: 'E_DATA' }));
});

test('sides without names pair by place', () => {
  const pairs = { source: numberedImages('lines', 6), target };
  expect(() => createPairedBatches(pairs, { batchSize: 6, rng: rng() })).not.toThrow();
  expect(() => createPairedBatches(pairs, { batchSize: 7, rng: rng() })).toThrow(/got 7.*from 1 to 6/);
});

function takeFirst(size: number) {
  return { ...numberedImages('few', size), names: names.slice(0, size) };
}
