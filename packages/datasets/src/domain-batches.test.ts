import { createRandomStream } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { createDomainBatches } from './domain-batches.ts';
import { createDomainOrder } from './domain-order.ts';
import { numberedImages, readBatch, readNumbers } from './numbered-images.test-support.ts';

const rng = () => createRandomStream(11);
// Three domains of very different sizes; the level of an image names its domain.
const sizes = [3, 20, 7];
const domains = sizes.map((size, domain) => numberedImages(`style-${domain}`, size, 60 * domain));

describeOnBackends('createDomainBatches', () => {
  test('the label is the domain of the image, and every three in a row hold each domain once', () => {
    const batches = createDomainBatches(domains, { batchSize: 6, rng: rng() });
    for (const step of [0, 1, 5]) {
      readBatch(batches.batch(step), ({ images, labels }) => {
        expect([images!.shape, labels!.dtype]).toEqual([[6, 2, 2, 1], 'int32']);
        const found = [...labels!.dataSync()];
        expect(readNumbers(images!).map((level) => Math.floor(level / 60))).toEqual(found);
        expect(found.slice(0, 3).sort()).toEqual([0, 1, 2]);
        expect(found.slice(3).sort()).toEqual([0, 1, 2]);
      });
    }
  });

  test('a request overrules size and batch, and nothing is left behind', async () => {
    const batches = createDomainBatches(domains, { batchSize: 6, rng: rng() });
    await expectNoLeaks(() =>
      readBatch(batches.batch(1, { batchSize: 4, imageSize: 1 }), ({ images, labels }) => {
        expect(images!.shape).toEqual([4, 1, 1, 1]);
        expect(labels!.shape).toEqual([4]);
      }),
    );
  });
});

test('within a domain each image is seen once an epoch, whatever the size of the others', () => {
  const order = createDomainOrder(sizes, rng());
  const seen = sizes.map(() => [] as number[]);
  for (let step = 0; step < 30; step++) {
    const places = order(step, 2);
    for (let i = 0; i < 2; i++) seen[places.domains[i]!]!.push(places.indices[i]!);
  }
  expect(seen.map(({ length }) => length)).toEqual([20, 20, 20]);
  expect(new Set(seen[1]).size).toBe(20);
  for (let start = 0; start < 18; start += 3) expect(new Set(seen[0]!.slice(start, start + 3)).size).toBe(3);
});

test('a step is the same however it is reached, and rounds differ', () => {
  const forward = createDomainOrder(sizes, rng());
  const steps = Array.from({ length: 20 }, (_, step) => forward(step, 6));
  const jumping = createDomainOrder(sizes, rng());
  for (const step of [19, 2, 11]) expect(jumping(step, 6)).toEqual(steps[step]);
  const rounds = steps.map(({ domains: found }) => [...found.slice(0, 3)].join(''));
  expect(new Set(rounds).size).toBe(6);
});

test('domains that cannot stand in one batch are refused', () => {
  const create = (chosen: typeof domains, imageSize?: number) => () =>
    createDomainBatches(chosen, { batchSize: 2, rng: rng(), ...(imageSize ? { imageSize } : {}) });
  expect(create(domains.slice(0, 1))).toThrow(/got 1, expected at least 2 domains/);
  const wide = { ...domains[1]!, name: 'wide', width: 4, size: 10 };
  expect(create([domains[0]!, wide])).toThrow(/wide: .*got 2×4×1, expected 2×2×1, as style-0/);
  expect(create([domains[0]!, wide], 2)).not.toThrow();
  const colour = numberedImages('colour', 5, 0, 3);
  expect(create([domains[0]!, colour], 2)).toThrow(/colour: .*got 3 channels, expected 1 channels/);
});
