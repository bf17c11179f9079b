import type { RandomStream } from '@tintype/core-tensor';

/** Which samples a step takes, from the step alone. */
export type BatchOrder = (step: number, batchSize: number) => Uint32Array;

/**
 * An endless row of epochs, each a permutation of 0 … size−1 by `rng.fork('epoch').fork(epoch)`. Step k takes places
 * k·batchSize … (k+1)·batchSize − 1 of it: a batch may span two epochs, none is dropped, and every sample is seen
 * exactly once an epoch. Any step can be asked for at any time; the two epochs used last are kept.
 */
export function createBatchOrder(size: number, rng: RandomStream): BatchOrder {
  const epochs = rng.fork('epoch');
  const kept = new Map<number, Uint32Array>();

  function permutationOf(epoch: number): Uint32Array {
    const known = kept.get(epoch);
    if (known) return known;
    const permutation = epochs.fork(epoch).permutation(size);
    for (const old of kept.keys()) {
      if (kept.size < 2) break;
      kept.delete(old);
    }
    kept.set(epoch, permutation);
    return permutation;
  }

  return (step, batchSize) => {
    const indices = new Uint32Array(batchSize);
    const start = step * batchSize;
    for (let i = 0; i < batchSize; i++) {
      const place = start + i;
      indices[i] = permutationOf(Math.floor(place / size))[place % size]!;
    }
    return indices;
  };
}
