import { expect, test } from 'vitest';
import type { Workload } from '../workloads/workload.ts';
import { type CaseResult, heapRecord, makeRecords } from './make-records.ts';

const gemm: Workload = { kind: 'gemm', m: 100, n: 100, k: 50, transposeA: false, transposeB: false };
const step: Workload = { kind: 'step', model: 'vae', batch: 2 };
const provenance = { commit: 'abc', date: '2026-11-23T00:00:00.000Z' };

const result = (workload: Workload, parts: Partial<CaseResult>): CaseResult => ({
  suite: 'suite',
  benchmarkCase: { system: 'row', workload, calls: 1, warmUpCalls: 1 },
  ours: { engine: '', backend: 'wasm', device: 'cpu', threads: 2, check: {} },
  peers: [],
  rounds: [{ replies: [{ milliseconds: [1, 2], probe: 4 }] }],
  clock: 'wall',
  provenance,
  ...parts,
});

test('a kernel is a rate, with its share of the probe of the same rounds', () => {
  expect(makeRecords(result(gemm, {}))).toEqual([
    {
      suite: 'suite',
      system: 'row',
      backend: 'wasm',
      device: 'cpu',
      threads: 2,
      metric: 'throughput',
      unit: 'GFLOP/s',
      lowerIsBetter: false,
      value: 0.75,
      best: 1,
      p95: expect.closeTo(0.525),
      n: 2,
      seed: 0,
      ofProbe: 0.25,
      ...provenance,
    },
  ]);
});

test('up to 1 is at least as good, for times and for rates alike', () => {
  const peers = [{ name: 'peer' }];
  const rounds = [{ replies: [{ milliseconds: [4, 2] }, { milliseconds: [1, 3] }] }];
  const [time] = makeRecords(result(step, { peers, rounds }));
  expect(time).toMatchObject({ metric: 'stepTime', unit: 'ms', best: 2, value: 3, p95: expect.closeTo(3.9) });
  expect(time).toMatchObject({ peer: 'peer', peerBest: 1, peerValue: 2, ratio: 2 });
  const [rate] = makeRecords(result(gemm, { peers, rounds }));
  expect(rate!.ratio).toBeCloseTo(2);
});

test('samples are a time for each image', () => {
  const sample: Workload = { kind: 'sample', model: 'ddpm-mnist', batch: 4, numInferenceSteps: 20 };
  const peers = [{ name: 'peer' }];
  const rounds = [{ replies: [{ milliseconds: [8, 12] }, { milliseconds: [16] }] }];
  expect(makeRecords(result(sample, { peers, rounds }))[0]).toMatchObject({
    metric: 'timePerImage',
    unit: 'ms',
    best: 2,
    peerBest: 4,
    ratio: 0.5,
  });
  expect(makeRecords(result(sample, { clock: 'cpu' }))[0]!.metric).toBe('processorTimePerImage');
});

test('processor time is another metric than the wall clock’s', () => {
  expect(makeRecords(result(step, { clock: 'cpu' }))[0]!.metric).toBe('stepProcessorTime');
});

test('a peer that is missing leaves ours and the reason, and takes nothing from the other', () => {
  const peers = [{ name: 'absent', missing: 'not installed' }, { name: 'present' }];
  const rounds = [{ replies: [{ milliseconds: [4] }, undefined, { milliseconds: [1] }] }];
  const [absent, present] = makeRecords(result(step, { peers, rounds }));
  expect(absent).toMatchObject({ best: 4, peer: 'absent', peerMissing: 'not installed' });
  expect(absent).not.toHaveProperty('ratio');
  expect(present).toMatchObject({ peer: 'present', ratio: 4 });
});

test('without a measurement of ours there is no record', () => {
  expect(makeRecords(result(step, { rounds: [] }))).toEqual([]);
});

test('the heap is a record of its own', () => {
  expect(heapRecord(result(step, {}), 5e8)).toMatchObject({ metric: 'heap', unit: 'GB', value: 0.5, n: 1 });
});
