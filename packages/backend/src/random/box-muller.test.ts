import { expect, test } from 'vitest';
import { boxMuller } from './box-muller.ts';
import { fillNormals } from './fill.ts';

/** The middle of the 24-bit interval of u that a word stands for. */
function uniformOf(bits: number): number {
  const odd = 2 * (bits >>> 0) + 1;
  const exponent = Math.floor(Math.log2(odd));
  const fraction = Math.floor((odd / 2 ** exponent - 1) * 2 ** 23);
  return (1 + (2 * fraction + 1) * 2 ** -24) * 2 ** (exponent - 33);
}

const edges = [
  0, 1, 2, 3, 0x7fffffff, 0x80000000, 0xb504f333, 0xb504f334, 0xffffffff, 0x3fffffff, 0x40000000,
];
const scattered = Array.from({ length: 2000 }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 0);

test('agrees with Math.log, Math.cos and Math.sin within 1e-6, at the edges too', () => {
  const out = new Float32Array(2);
  let worst = 0;
  for (const radiusBits of [...edges, ...scattered]) {
    for (const angleBits of [...edges, ...scattered.slice(0, 50)]) {
      boxMuller(radiusBits, angleBits, out);
      const r = Math.sqrt(-2 * Math.log(uniformOf(radiusBits)));
      const theta = (2 * Math.PI * angleBits) / 2 ** 32;
      worst = Math.max(
        worst,
        Math.abs(out[0]! - r * Math.cos(theta)),
        Math.abs(out[1]! - r * Math.sin(theta)),
      );
    }
  }
  expect(worst).toBeLessThan(1e-6);
});

test('reaches 6.76 standard deviations and no infinity', () => {
  const out = new Float32Array(2);
  boxMuller(0, 0, out);
  expect(out[0]).toBeCloseTo(6.7637, 3);
  boxMuller(0xffffffff, 0, out);
  expect(out[0]).toBeGreaterThan(0);
  expect(out[0]).toBeLessThan(1e-3);
});

const count = 400_000;
const normals = new Float32Array(count);
fillNormals(normals, { keys: Uint32Array.of(2026, 11), counter: 0, count });

test('the first four moments are those of N(0, 1), within four standard errors', () => {
  const moment = (power: number): number => normals.reduce((sum, x) => sum + x ** power, 0) / count;
  const error = (variance: number): number => 4 * Math.sqrt(variance / count);
  expect(Math.abs(moment(1))).toBeLessThan(error(1));
  expect(Math.abs(moment(2) - 1)).toBeLessThan(error(2));
  expect(Math.abs(moment(3))).toBeLessThan(error(15));
  expect(Math.abs(moment(4) - 3)).toBeLessThan(error(96));
});

/** Φ(x) by its series about 0 and, far out, its continued fraction. */
function normalCdf(x: number): number {
  if (x < 0) return 1 - normalCdf(-x);
  const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  if (x > 5) return 1 - density / (x + 1 / (x + 2 / (x + 3 / x)));
  let term = x;
  let sum = x;
  for (let n = 3; Math.abs(term) > 1e-17 * sum && n < 400; n += 2) {
    term *= (x * x) / n;
    sum += term;
  }
  return 0.5 + density * sum;
}

/** Kolmogorov–Smirnov distance to N(0, 1), times √n; above 1.95 in one of a thousand samples. */
function kolmogorovSmirnov(values: Float32Array): number {
  const sorted = Float32Array.from(values).sort();
  let distance = 0;
  for (let i = 0; i < sorted.length; i++) {
    const p = normalCdf(sorted[i]!);
    distance = Math.max(distance, p - i / sorted.length, (i + 1) / sorted.length - p);
  }
  return distance * Math.sqrt(sorted.length);
}

test('the distribution passes Kolmogorov–Smirnov; the same values 2 % too wide do not', () => {
  expect(normalCdf(1.959963984540054)).toBeCloseTo(0.975, 12);
  expect(kolmogorovSmirnov(normals)).toBeLessThan(1.95);
  expect(kolmogorovSmirnov(normals.map((x) => x * 1.02))).toBeGreaterThan(1.95);
});

test('the tails hold as many values as they should', () => {
  for (const limit of [2, 3, 4]) {
    const expected = 2 * (1 - normalCdf(limit)) * count;
    const found = normals.reduce((sum, x) => sum + (Math.abs(x) > limit ? 1 : 0), 0);
    expect(Math.abs(found - expected)).toBeLessThan(4 * Math.sqrt(expected) + 1);
  }
});

test('neighbours are uncorrelated, the two of a pair and across pairs', () => {
  for (const lag of [1, 2, 3]) {
    let sum = 0;
    for (let i = lag; i < count; i++) sum += normals[i]! * normals[i - lag]!;
    expect(Math.abs(sum / count)).toBeLessThan(4 / Math.sqrt(count));
  }
});
