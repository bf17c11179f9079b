import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { asLatents, createAlone } from './create-alone.test-support.ts';

const exactly = { rtol: 0, atol: 0 };
/** Three clouds of eight points, and codes that start off them. */
const centres = [
  [4, 0],
  [-3, 2],
  [0, -5],
];
const points = centres.flatMap(([x, y], cloud) =>
  Array.from({ length: 8 }, (_, i) => [x! + Math.sin(8 * cloud + i), y! + Math.cos(3 * i)]),
);
const start = [
  [1, 1],
  [-1, 1],
  [0, -1],
];

const plane = (codes: number[][]) => ({ initializer: () => tf.tensor2d(codes) });

describeOnBackends('updates of a codebook', () => {
  test('averages follow the three lines of the paper', () => {
    const { quantizer, entry, dispose } = createAlone(
      { codebookSize: 3, embeddingDim: 2, codebookUpdate: 'ema', codebookDecay: 0.75 },
      plane(start),
    );
    // Two latents of code 0, one of code 2, none of code 1.
    const latents = asLatents([
      [2, 1],
      [3, 2],
      [0, -3],
    ]);
    quantizer.updateCodebook(latents, quantizer.nearest(latents), createRandomStream(1));
    const counts = [0.75 + 0.25 * 2, 0.75, 0.75 + 0.25];
    const sums = [
      [0.75 + 0.25 * 5, 0.75 + 0.25 * 3],
      [-0.75, 0.75],
      [0, -0.75 - 0.25 * 3],
    ];
    expect(entry('cluster_size')).toBeAllClose(counts);
    expect(entry('embedding_average')).toBeAllClose(sums.flat());
    // e = m / N; the smoothing of the division is below 1e-5 here.
    const codes = sums.map((sum, code) => sum.map((value) => value / counts[code]!));
    expect(quantizer.codebook).toBeAllClose(codes.flat(), { rtol: 2e-5, atol: 2e-5 });
    expect(entry('embedding.weight')).toBeAllClose(quantizer.codebook, exactly);
    dispose();
  });

  test('a code whose count is 0 is not divided by it', () => {
    const config = { codebookSize: 3, embeddingDim: 2, codebookUpdate: 'ema', codebookDecay: 0 } as const;
    const { quantizer, entry, dispose } = createAlone(config, plane(start));
    const latents = asLatents([[2, 1]]); // of code 0; nothing is remembered of the others
    quantizer.updateCodebook(latents, quantizer.nearest(latents), createRandomStream(1));
    expect(entry('cluster_size')).toBeAllClose([1, 0, 0]);
    expect(quantizer.codebook).toBeAllClose([2, 1, 0, 0, 0, 0], { atol: 1e-4 });
    dispose();
  });

  test('on fixed latents they are online k-means, up to its fixed point', () => {
    const decay = 0.8;
    const { quantizer, dispose } = createAlone(
      { codebookSize: 3, embeddingDim: 2, codebookUpdate: 'ema', codebookDecay: decay },
      plane(start),
    );
    const latents = asLatents(points);
    let clusters = start.map(([x, y]) => ({ n: 1, x: x!, y: y! }));
    for (let step = 0; step < 60; step++) {
      const codeIndices = quantizer.nearest(latents);
      quantizer.updateCodebook(latents, codeIndices, createRandomStream(step));
      clusters = stepOfKMeans(clusters, decay);
      if (step === 3 || step === 59) {
        const codes = clusters.flatMap(({ n, x, y }) => [x / n, y / n]);
        expect(quantizer.codebook).toBeAllClose(codes, { rtol: 1e-4, atol: 1e-4 });
      }
      tf.dispose(codeIndices);
    }
    // The fixed point: every code is the mean of its points.
    const means = centres.flatMap((_, cloud) => {
      const own = points.slice(8 * cloud, 8 * cloud + 8);
      return [0, 1].map((axis) => own.reduce((sum, point) => sum + point[axis]!, 0) / own.length);
    });
    expect(quantizer.codebook).toBeAllClose(means, { rtol: 1e-4, atol: 1e-4 });
    dispose();
  });

  test.each(['ema', 'loss'] as const)(
    'codes out of use move onto latents, the others stay, and equal streams draw equally (%s)',
    (codebookUpdate) => {
      const far = [...start, [90, 90], [-90, 90]];
      const revive = (reviveBelow: number, seed: number) => {
        const config = { codebookSize: 5, embeddingDim: 2, codebookUpdate, codebookDecay: 0, reviveBelow };
        const { quantizer, entry, dispose } = createAlone(config, plane(far));
        const latents = asLatents(points);
        quantizer.updateCodebook(latents, quantizer.nearest(latents), createRandomStream(seed));
        const result = {
          codes: quantizer.codebook.arraySync(),
          counts: [...entry('cluster_size').dataSync()],
          ...(codebookUpdate === 'ema' && { sums: entry('embedding_average').arraySync() as number[][] }),
        };
        dispose();
        return result;
      };
      const revived = revive(0.5, 1);
      const lifeless = revive(1e-9, 1).codes.slice(0, 3);
      expect(revived.codes.slice(0, 3)).toEqual(lifeless);
      expect(revived.counts).toEqual([8, 8, 8, 1, 1]);
      const rows = asLatents(points).reshape<tf.Tensor2D>([-1, 2]).arraySync();
      for (const code of [3, 4]) {
        expect(rows).toContainEqual(revived.codes[code]);
        if (revived.sums) expect(revived.sums[code]).toEqual(revived.codes[code]);
      }
      expect(revive(0.5, 1)).toEqual(revived);
      expect(revive(0.5, 2).codes.slice(3)).not.toEqual(revived.codes.slice(3));
    },
  );

  test('a code that is used as often as asked is never revived, however high that is', () => {
    const config = { codebookSize: 3, embeddingDim: 2, codebookUpdate: 'ema', reviveBelow: 7 } as const;
    const { quantizer, entry, dispose } = createAlone(config, plane(centres));
    const latents = asLatents(points);
    for (let step = 0; step < 5; step++) {
      quantizer.updateCodebook(latents, quantizer.nearest(latents), createRandomStream(step));
    }
    expect(Math.min(...entry('cluster_size').dataSync())).toBeGreaterThan(7);
    expect([...quantizer.nearest(latents).dataSync()]).toEqual(points.map((_, i) => Math.floor(i / 8)));
    dispose();
  });

  test('without averages and revival nothing moves', () => {
    const { quantizer, dispose } = createAlone({ codebookSize: 3, embeddingDim: 2 }, plane(start));
    const latents = asLatents(points);
    quantizer.updateCodebook(latents, quantizer.nearest(latents), createRandomStream(1));
    expect(quantizer.codebook).toBeAllClose(start.flat(), exactly);
    dispose();
  });
});

interface Cluster {
  n: number;
  x: number;
  y: number;
}

/** Counts and sums with forgetting, on the host. */
function stepOfKMeans(clusters: readonly Cluster[], decay: number): Cluster[] {
  const next = clusters.map(({ n, x, y }) => ({ n: decay * n, x: decay * x, y: decay * y }));
  for (const [x, y] of points) {
    const distances = clusters.map((c) => (c.x / c.n - x!) ** 2 + (c.y / c.n - y!) ** 2);
    const own = next[distances.indexOf(Math.min(...distances))]!;
    own.n += 1 - decay;
    own.x += (1 - decay) * x!;
    own.y += (1 - decay) * y!;
  }
  return next;
}
