import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import type { PointDataset } from '../dataset.ts';
import { createPointBatches } from '../point-batches.ts';
import { createEightGaussians } from './eight-gaussians.ts';
import { createGrid25 } from './grid-25.ts';
import { createTwoMoons } from './two-moons.ts';

const count = 4000;
const rng = () => createRandomStream(3);

describeOnBackends('point sets', () => {
  test('eight Gaussians: all eight on the ring, each 0.02 wide, none far out', async () => {
    const set = await createEightGaussians({ count, rng: rng() });
    const centres = Array.from({ length: 8 }, (_, i) => [
      2 * Math.cos((i * Math.PI) / 4),
      2 * Math.sin((i * Math.PI) / 4),
    ]);
    expectComponents(set, centres as [number, number][], 0.02);
  });

  test('the grid: all twenty-five, each 0.05 wide', async () => {
    const set = await createGrid25({ count, rng: rng() });
    const centres = Array.from({ length: 25 }, (_, i) => [(i % 5) * 2 - 4, Math.floor(i / 5) * 2 - 4]);
    expectComponents(set, centres as [number, number][], 0.05);
  });

  test('two moons: every point is near its own arc and in the right half', async () => {
    const { points, labels } = await createTwoMoons({ count, rng: rng() });
    let squares = 0;
    for (let i = 0; i < count; i++) {
      const [x, y] = [points[2 * i]!, points[2 * i + 1]!];
      const radius = labels[i] === 0 ? Math.hypot(x, y) : Math.hypot(x - 1, y - 0.5);
      expect(Math.abs(radius - 1)).toBeLessThan(0.3);
      expect(labels[i] === 0 ? y : 0.5 - y).toBeGreaterThan(-0.3);
      squares += (radius - 1) ** 2;
    }
    expect(Math.sqrt(squares / count)).toBeCloseTo(0.05, 2);
  });

  test('one seed gives one set, another seed another, and nothing is left behind', async () => {
    const before = tf.memory().numTensors;
    const first = await createTwoMoons({ count: 50, rng: rng() });
    expect(await createTwoMoons({ count: 50, rng: rng() })).toEqual(first);
    expect(await createTwoMoons({ count: 50, rng: createRandomStream(4) })).not.toEqual(first);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('batches hold points with the label of the same point', async () => {
    const set = await createGrid25({ count: 100, rng: rng() });
    const batch = (await createPointBatches(set, { batchSize: 100, rng: rng() }).batch(0)) as Record<
      string,
      tf.Tensor
    >;
    const points = batch.points!.dataSync();
    const labels = batch.labels!.dataSync();
    expect(batch.points!.shape).toEqual([100, 2]);
    for (let i = 0; i < 100; i++) expect(Math.round(points[2 * i]! / 2) + 2).toBe(labels[i]! % 5);
    expect([...labels].sort()).toEqual([...set.labels].sort());
    for (const tensor of Object.values(batch)) tensor.dispose();
  });
});

test('impossible sets and batches are refused', async () => {
  await expect(createEightGaussians({ count: 0, rng: rng() })).rejects.toThrow(/at least one point/);
  const set: PointDataset = {
    name: 's',
    size: 2,
    points: Float32Array.of(0, 1, Number.NaN, 2),
    labels: new Uint8Array(2),
  };
  expect(() => createPointBatches(set, { batchSize: 1, rng: rng() })).toThrow(/points\[1\].*got NaN/);
  const short = { ...set, points: new Float32Array(3) };
  expect(() => createPointBatches(short, { batchSize: 1, rng: rng() })).toThrow(/got 3 coordinates/);
  const good = { ...set, points: new Float32Array(4) };
  expect(() => createPointBatches(good, { batchSize: 3, rng: rng() })).toThrow(
    /got 3, expected an integer from 1 to 2/,
  );
  expect(() => createPointBatches({ ...good, size: 0 }, { batchSize: 1, rng: rng() })).toThrow(/empty/);
});

function expectComponents(set: PointDataset, centres: readonly [number, number][], deviation: number): void {
  const counts = new Array<number>(centres.length).fill(0);
  let squares = 0;
  for (let i = 0; i < set.size; i++) {
    const [x, y] = centres[set.labels[i]!]!;
    const [dx, dy] = [set.points[2 * i]! - x, set.points[2 * i + 1]! - y];
    expect(Math.hypot(dx, dy)).toBeLessThan(6 * deviation);
    squares += dx * dx + dy * dy;
    counts[set.labels[i]!]!++;
  }
  // 2 degrees of freedom a point; 4000 points pin the deviation to about 1 %.
  expect(Math.sqrt(squares / (2 * set.size)) / deviation).toBeCloseTo(1, 1);
  const expected = set.size / centres.length;
  for (const seen of counts) expect(Math.abs(seen - expected)).toBeLessThan(5 * Math.sqrt(expected));
}
