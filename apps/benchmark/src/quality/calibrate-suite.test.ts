import { describe, expect, test } from 'vitest';
import { calibrateSuite, midway } from './calibrate-suite.ts';
import { judgeSuite } from './judge-suite.ts';
import type { QualitySuite, Threshold } from './quality-suite.ts';
import type { SuiteResult } from './suite-result.ts';

const suiteOf = (direction: '<=' | '>=', threshold: Threshold): QualitySuite => ({
  name: 'arithmetic',
  system: 'vae',
  description: '',
  steps: 1,
  checks: [
    { id: '9.3', name: 'shown', kind: 'D', direction, threshold },
    { id: '9.6', name: 'first control', kind: 'N', breaks: 'shown' },
    { id: '9.6', name: 'second control', kind: 'N', breaks: 'shown' },
    { id: '9.6', name: 'alarm', kind: 'N', monitor: 'posterior-collapse' },
  ],
  measure: async () => {},
});

interface Run {
  readonly healthy: number;
  readonly first: number;
  readonly second: number;
  readonly alarms?: readonly [healthy: number, broken: number];
}

const reportedOf = ({ healthy, first, second, alarms = [0, 1] }: Run) =>
  new Map([
    ['shown', { healthy }],
    ['first control', { broken: first }],
    ['second control', { broken: second }],
    ['alarm', { healthy: alarms[0], broken: alarms[1] }],
  ]);

function calibrate(suite: QualitySuite, runs: readonly Run[]) {
  const results = runs.map((run) => ({
    ...judgeSuite(suite, false, reportedOf(run), undefined),
    steps: 1,
    code: 'a',
  }));
  return calibrateSuite(suite, false, results as unknown as [SuiteResult, SuiteResult, SuiteResult]);
}

describe('the threshold', () => {
  test('lies midway between the worst healthy and the best broken run', () => {
    expect(midway('<=', [1, 3, 2], [9, 7, 8])).toBe(5);
    expect(midway('>=', [0.9, 0.8, 0.85], [0.1, 0.2, 0])).toBe(0.5);
  });

  test('is none where runs overlap or one is missing', () => {
    expect(midway('<=', [1, 3, 2], [9, 3, 8])).toBeNull();
    expect(midway('>=', [0.9, 0.2, 0.85], [0.1, 0.3, 0])).toBeNull();
    expect(midway('<=', [1, null, 2], [9, 7, 8])).toBeNull();
    expect(midway('<=', [1, 1, 2], [9, null, 8])).toBeNull();
  });

  test('is rounded, but never past a run', () => {
    expect(midway('<=', [1, 1, 1], [1.23456, 2, 2])).toBe(1.12);
    expect(midway('<=', [1, 1, 1], [1.00001, 2, 2])).toBeCloseTo(1.000005, 9);
  });
});

const runs: readonly Run[] = [
  { healthy: 1, first: 9, second: 6 },
  { healthy: 2, first: 8, second: 7 },
  { healthy: 1.5, first: 9, second: 20 },
];

describe('of several controls', () => {
  test('the one that comes nearest to passing counts', () => {
    const { checks } = calibrate(suiteOf('<=', 'calibrated'), runs);
    expect(checks[0]).toMatchObject({
      healthy: [1, 2, 1.5],
      broken: [6, 7, 9],
      threshold: 4,
      isSeparated: true,
    });
    expect(checks[1]).toMatchObject({
      healthy: [1, 2, 1.5],
      broken: [9, 8, 9],
      threshold: 4,
      isSeparated: true,
    });
    expect(checks[3]).toMatchObject({
      healthy: [0, 0, 0],
      broken: [1, 1, 1],
      threshold: 1,
      isSeparated: true,
    });
  });

  test('one that passes leaves the demonstration without a threshold', () => {
    const { checks } = calibrate(suiteOf('<=', 'calibrated'), [
      { ...runs[0]!, second: 1.9 },
      ...runs.slice(1),
    ]);
    expect(checks[0]).toMatchObject({ threshold: null, isSeparated: false });
    expect(checks[1]).toMatchObject({ threshold: null, isSeparated: false });
  });
});

test('a promised number stays, and runs on the wrong side of it are not separated', () => {
  expect(calibrate(suiteOf('<=', 3), runs).checks[0]).toMatchObject({ threshold: 3, isSeparated: true });
  expect(calibrate(suiteOf('<=', 1.8), runs).checks[0]).toMatchObject({ threshold: 1.8, isSeparated: false });
  expect(calibrate(suiteOf('<=', 6.5), runs).checks[0]).toMatchObject({ threshold: 6.5, isSeparated: false });
});

test('a monitor that is silent on a broken run, or fires on a healthy one, is not separated', () => {
  for (const alarms of [
    [0, 0],
    [1, 1],
  ] as const) {
    const { checks } = calibrate(suiteOf('<=', 3), [{ ...runs[0]!, alarms }, ...runs.slice(1)]);
    expect(checks[3]!.isSeparated).toBe(false);
  }
});

describe('a single run is judged', () => {
  const judge = (run: Run, threshold: Threshold = 3) =>
    judgeSuite(suiteOf('<=', threshold), false, reportedOf(run), undefined);

  test('as passed where the demonstration holds and every control is found out', () => {
    expect(judge(runs[0]!).pass).toBe(true);
    expect(judge(runs[0]!).checks.map(({ value }) => value)).toEqual([1, 9, 6, 1]);
  });

  test('as failed where any one of them is not', () => {
    expect(judge({ ...runs[0]!, healthy: 3.1 }).checks.map(({ pass }) => pass)).toEqual([
      false,
      true,
      true,
      true,
    ]);
    expect(judge({ ...runs[0]!, second: 3 }).checks.map(({ pass }) => pass)).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(judge({ ...runs[0]!, alarms: [0, 0] }).checks.map(({ pass }) => pass)).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(judge({ ...runs[0]!, healthy: Number.NaN }).checks[0]).toMatchObject({ value: null, pass: false });
    expect(judge({ ...runs[0]!, first: Number.NaN }).checks[1]).toMatchObject({ value: null, pass: false });
  });

  test('a demonstration that nothing broken was held against does not pass', () => {
    const reported = new Map([['shown', { healthy: 1 }]]);
    const { checks, reasons } = judgeSuite(suiteOf('<=', 3), false, reported, undefined);
    expect(checks[0]).toMatchObject({ value: 1, threshold: 3, pass: false });
    expect(reasons.shown).toMatch(/no broken variant/);
  });

  test('a suite without checks does not pass', () => {
    const empty = { ...suiteOf('<=', 3), checks: [] };
    expect(judgeSuite(empty, false, new Map(), undefined).pass).toBe(false);
  });
});
