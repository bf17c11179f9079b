import { expect, test } from 'vitest';
import type { BenchmarkRecord } from './benchmark-record.ts';
import { checkGates } from './gates.ts';

const record = (parts: Partial<BenchmarkRecord>): BenchmarkRecord => ({
  suite: 'ddpm',
  system: 'ddpm',
  backend: 'wasm',
  device: '',
  threads: 2,
  metric: 'stepTime',
  unit: 'ms',
  lowerIsBetter: true,
  value: 1,
  best: 1,
  p95: 1,
  n: 1,
  seed: 0,
  commit: '',
  date: '',
  ...parts,
});

const passes = (parts: Partial<BenchmarkRecord>) => checkGates([record(parts)]).map(({ isMet }) => isMet);

test.each<[Partial<BenchmarkRecord>, Partial<BenchmarkRecord>]>([
  [{ peer: 'pytorch', ratio: 2 }, { ratio: 2.01 }],
  [{ peer: 'pytorch', threads: 1, ratio: 1.9 }, { ratio: 1.91 }],
  [{ peer: 'pytorch', suite: 'dcgan', ratio: 2.2 }, { ratio: 2.21 }],
  [{ peer: 'pytorch', suite: 'vae', ratio: 2 }, { ratio: 2.01 }],
  [{ peer: 'lowered', ratio: 1 / 6 }, { ratio: 1 / 5.9 }],
  [{ metric: 'heap', best: 1 }, { best: 1.001 }],
  [
    { suite: 'gemm', system: 'micro-kernel', metric: 'throughput', threads: 1, ofProbe: 0.8 },
    { ofProbe: 0.79 },
  ],
  [{ system: 'matMul 512x512x512 tA', threads: 1, ofProbe: 0.7 }, { ofProbe: 0.69 }],
  [{ system: 'conv b32 16x16 3x3 64->64 forward', threads: 1, ofProbe: 1.4 }, { ofProbe: 1.39 }],
  [{ system: 'conv b32 16x16 3x3 64->64 filterGradient', threads: 1, ofProbe: 1.2 }, { ofProbe: 1.19 }],
])('%o is let through and %o is not', (met, missed) => {
  expect(passes(met)).toEqual([true]);
  expect(passes({ ...met, ...missed })).toEqual([false]);
});

test('a figure that was not measured is not judged', () => {
  expect(passes({ peer: 'pytorch' })).toEqual([]);
  expect(passes({ system: 'matMul 256x256x256', threads: 1, ofProbe: 0.1 })).toEqual([]);
});
