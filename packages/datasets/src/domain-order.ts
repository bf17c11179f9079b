import type { RandomStream } from '@tintype/core-tensor';
import { createBatchOrder } from './batch-order.ts';

/** The domain and the image within it at each place of a step's batch. */
interface DomainPlaces {
  readonly domains: Uint32Array;
  readonly indices: Uint32Array;
}

/** Which images of which domains a step takes, from the step alone. */
export type DomainOrder = (step: number, batchSize: number) => DomainPlaces;

/**
 * An endless row of rounds, each holding every domain once in an order by `rng.fork('round').fork(round)`: domains
 * are equally frequent however many images they have. Within a domain images follow the epochs of
 * `createBatchOrder` by `rng.fork('domain').fork(domain)`. Step k takes places k·batchSize … (k + 1)·batchSize − 1.
 */
export function createDomainOrder(sizes: readonly number[], rng: RandomStream): DomainOrder {
  const rounds = rng.fork('round');
  const orders = sizes.map((size, domain) => createBatchOrder(size, rng.fork('domain').fork(domain)));

  return (step, batchSize) => {
    const domains = new Uint32Array(batchSize);
    const indices = new Uint32Array(batchSize);
    let round = -1;
    let sequence = new Uint32Array(0);
    for (let i = 0; i < batchSize; i++) {
      const place = step * batchSize + i;
      const due = Math.floor(place / sizes.length);
      if (due !== round) {
        round = due;
        sequence = rounds.fork(round).permutation(sizes.length) as Uint32Array<ArrayBuffer>;
      }
      domains[i] = sequence[place % sizes.length]!;
      indices[i] = orders[domains[i]!]!(round, 1)[0]!;
    }
    return { domains, indices };
  };
}
