import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BenchmarkRecord } from './speed/benchmark-record.ts';
import type { CaseProfile } from './speed/run-profile.ts';

const program = join(import.meta.dirname, '..', 'dist', 'main.js');
const quick = ['speed', '--quick', '--rounds', '2', '--threads', '1', '--idle-timeout', '0'];
let folder = '';

beforeAll(() => {
  if (!existsSync(program)) throw new Error('apps/benchmark/dist/main.js is missing: build first.');
  folder = mkdtempSync(join(tmpdir(), 'tintype-bench-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bench(...args: string[]) {
  return spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
}

test('--quick runs every transposition beside lowered tfjs and gives one JSON document', () => {
  const out = join(folder, 'deep', 'quick.json');
  const { stdout, status } = bench(...quick, '--peer', 'lowered', '--json', '--out', out);
  expect(status).toBe(0);
  const records: BenchmarkRecord[] = JSON.parse(stdout);
  expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual(records);
  expect(records.map(({ system }) => system)).toEqual(
    ['', ' tA', ' tB', ' tA tB'].map((transposed) => `matMul 64x64x64${transposed}`),
  );
  for (const record of records) {
    expect(record).toMatchObject({
      suite: 'gemm',
      backend: 'wasm',
      threads: 1,
      metric: 'throughput',
      unit: 'GFLOP/s',
      peer: 'lowered',
    });
    expect(record.n).toBeGreaterThan(0);
    expect(record.ofProbe).toBeGreaterThan(0);
    expect(record.ratio).toBeGreaterThan(0);
    expect(Date.parse(record.date)).not.toBeNaN();
  }
});

test('PyTorch that is not there is reported in the table and in the JSON, not an error', () => {
  const missing = ['--peer', 'pytorch', '--python', '/no/such/python', '--systems', 'matMul'];
  const table = bench(...quick, ...missing);
  expect(table.status).toBe(0);
  expect(table.stdout).toMatch(/gemm: pytorch is missing: pytorch did not start: .*ENOENT/);
  const { stdout, status } = bench(...quick, ...missing, '--json');
  expect(status).toBe(0);
  for (const record of JSON.parse(stdout) as BenchmarkRecord[]) {
    expect(record).toMatchObject({ peer: 'pytorch', peerMissing: expect.stringContaining('ENOENT') });
    expect(record.best).toBeGreaterThan(0);
  }
});

const python = process.env.TINTYPE_PYTHON;

// Exists only with a Python that has torch, TINTYPE_PYTHON=PATH. A peer that computes something else would be missing.
if (python !== undefined)
  test('PyTorch agrees on losses and gradients from the same weights', () => {
    const one = ['--rounds', '1', '--threads', '1', '--idle-timeout', '0', '--json'];
    const { stdout, status } = bench(
      ...['speed', '--suites', 'vae,dcgan', '--peer', 'pytorch', '--python', python, ...one],
    );
    expect(status).toBe(0);
    const steps = (JSON.parse(stdout) as BenchmarkRecord[]).filter(({ metric }) => metric === 'stepTime');
    expect(steps.map(({ system, peerMissing }) => [system, peerMissing])).toEqual([
      ['vae', undefined],
      ['gan', undefined],
    ]);
    for (const { ratio } of steps) expect(ratio).toBeGreaterThan(0);
  });

test('--profile tells the time by kernel', () => {
  const { stdout, status } = bench(...quick, '--profile', '--json');
  expect(status).toBe(0);
  const profiles: CaseProfile[] = JSON.parse(stdout);
  expect(profiles).toHaveLength(4);
  for (const { rows, milliseconds } of profiles) {
    expect(rows).toMatchObject([{ kernel: 'BatchMatMul', shapes: 'a 64x64, b 64x64', calls: 2 }]);
    expect(rows[0]!.milliseconds).toBeLessThanOrEqual(milliseconds);
  }
});

test('a command line that cannot be meant ends with 2 and prints nothing on stdout', () => {
  for (const args of [[], ['spede'], ['speed', '--suites', 'gem'], ['speed', '--check=yes']]) {
    expect(bench(...args)).toMatchObject({ status: 2, stdout: '' });
  }
  expect(bench('speed', '--help').stdout).toContain('--suites');
});
