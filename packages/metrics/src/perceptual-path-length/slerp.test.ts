import { loadReference } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { lerp, slerp } from './slerp.ts';

const norm = (values: Float64Array) => Math.hypot(...values);

test('both equal the worked examples, whose slerp gives directions only', async () => {
  const tensors = await loadReference('metrics/slerp.safetensors');
  const rowsOf = (name: string) => {
    const { shape, data } = tensors.get(name)!;
    const [count, length] = shape as [number, number];
    return Array.from({ length: count }, (_, row) =>
      Float64Array.from((data as Float32Array).subarray(row * length, (row + 1) * length)),
    );
  };
  const [a, b, t] = [rowsOf('a'), rowsOf('b'), rowsOf('t')];
  const [expectedSlerp, expectedLerp] = [rowsOf('slerp'), rowsOf('lerp')];
  let farthest = 0;
  for (let row = 0; row < 5; row++) {
    const way = slerp(a[row]!, b[row]!, t[row]![0]!);
    const direction = way.map((value) => value / norm(way));
    const straight = lerp(a[row]!, b[row]!, t[row]![0]!);
    for (let i = 0; i < 8; i++) {
      expect(Math.abs(direction[i]! - expectedSlerp[row]![i]!)).toBeLessThan(2e-6);
      expect(Math.abs(straight[i]! - expectedLerp[row]![i]!)).toBeLessThan(2e-6);
    }
    const confused = straight.map((value) => value / norm(straight));
    const gap = Math.max(...confused.map((value, i) => Math.abs(value - expectedSlerp[row]![i]!)));
    farthest = Math.max(farthest, gap);
  }
  expect(farthest).toBeGreaterThan(0.01);
});

test('it starts at a, ends at b, turns evenly, and keeps the length that both have', () => {
  const [a, b] = [Float64Array.of(2, 0, 0), Float64Array.of(0, 2, 0)];
  expect([...slerp(a, b, 0)]).toEqual([2, 0, 0]);
  slerp(a, b, 1).forEach((value, i) => {
    expect(value).toBeCloseTo(b[i]!, 14);
  });
  for (const t of [0.25, 0.5, 0.9]) {
    const [x, y] = slerp(a, b, t);
    expect(Math.atan2(y!, x!)).toBeCloseTo((t * Math.PI) / 2, 14);
    expect(norm(slerp(a, b, t))).toBeCloseTo(2, 14);
    expect(norm(lerp(a, b, t))).toBeLessThan(1.9);
  }
  expect(norm(slerp(a, Float64Array.of(0, 6, 0), 0.5))).toBeCloseTo(4, 14);
});

test('without an angle it goes straight', () => {
  const a = Float64Array.of(1, 1);
  for (const b of [
    Float64Array.of(1, 1),
    Float64Array.of(3, 3),
    Float64Array.of(0, 0),
    Float64Array.of(-1, -1),
  ]) {
    expect([...slerp(a, b, 0.3)]).toEqual([...lerp(a, b, 0.3)]);
  }
});
