import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tf, v } from '@tintype/core-tensor';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../usage-error.ts';
import { runQualityCommand } from './quality-command.ts';
import type { QualitySuite } from './quality-suite.ts';
import { type SuiteResult, suiteResultSchema } from './suite-result.ts';
import { createTinySuite } from './tiny-suite.test-support.ts';

let root = '';
let folder = '';
let count = 0;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'tintype-quality-test-'));
});
beforeEach(() => {
  folder = join(root, String(count++));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Outcome {
  readonly code: number;
  readonly out: readonly string[];
  readonly notes: string;
  readonly results: readonly SuiteResult[];
}

async function quality(
  args: string,
  suite: QualitySuite | readonly QualitySuite[] = createTinySuite(),
  signal?: AbortSignal,
): Promise<Outcome> {
  const out: string[] = [];
  let notes = '';
  const terminal = {
    out: (text: string) => void out.push(text),
    note: (text: string) => {
      notes += text;
    },
  };
  const places = ['--results', join(folder, 'results'), '--runs', join(folder, 'runs'), '--threads', '1'];
  const code = await runQualityCommand([...args.split(' '), ...places], terminal, {
    suites: [suite].flat(),
    ...(signal && { signal }),
  });
  return {
    code,
    out,
    notes,
    get results() {
      return v.parse(v.array(suiteResultSchema), JSON.parse(out.join('\n')));
    },
  };
}

/** Aborts in the middle of the healthy training. */
function interruptedSuite(controller: AbortController): QualitySuite {
  const suite = createTinySuite();
  return {
    ...suite,
    measure: (context) =>
      suite.measure({
        ...context,
        train: (recipe, request) =>
          context.train(recipe, {
            ...request,
            batches: (own) => ({
              batch: (step, asked) => {
                if (step === 23) controller.abort();
                return own.batch(step, asked);
              },
            }),
          }),
      }),
  };
}

const figuresOf = ({ results }: Outcome) => results.map(({ figures }) => figures);

describe('bench quality', () => {
  test('--quick --json gives one document of checks that pass, with the keys that are promised', async () => {
    const tensors = tf.memory().numTensors;
    const outcome = await quality('--suites tiny --quick --json');
    expect(outcome.code).toBe(0);
    expect(outcome.out).toHaveLength(1);
    const [result] = outcome.results;
    expect(result).toMatchObject({
      suite: 'tiny',
      seed: 0,
      steps: 60,
      pass: true,
      facts: { n: 20 },
      trainedSteps: 120,
    });
    for (const check of result!.checks) {
      expect(Object.keys(check).sort()).toEqual(
        ['broken', 'direction', 'healthy', 'id', 'kind', 'name', 'pass', 'threshold', 'value'].sort(),
      );
      expect(check.pass).toBe(true);
    }
    const [shown, missed, alarm] = result!.checks;
    expect(shown).toMatchObject({ kind: 'D', direction: '<=', threshold: 0.1 });
    expect(shown!.value).toBeLessThanOrEqual(0.1);
    expect(missed).toMatchObject({ kind: 'N', direction: '<=', threshold: 0.1 });
    expect(missed!.value).toBeGreaterThan(0.1);
    expect(alarm).toMatchObject({ kind: 'N', direction: '>=', threshold: 1, value: 2 });
    expect(tf.memory().numTensors).toBe(tensors);
  });

  test('--all twice: the second run trains nothing and prints the same; --force trains again', async () => {
    const first = await quality('--all --quick --json');
    const second = await quality('--all --quick --json');
    expect(second.results).toEqual(first.results);
    expect(second.notes).toContain('the result of seed 0 is whole');
    expect(second.notes).not.toContain('steps 1 …');
    const forced = await quality('--all --quick --json --force');
    expect(forced.notes).toContain('healthy: steps 1 … 60');
    expect(figuresOf(forced)).toEqual(figuresOf(first));
    expect((await quality('--all --quick --json --seed 1')).results[0]!.trainedSteps).toBe(120);
  });

  test('a suite that shares the trainings of another one only loads them, and never throws them away', async () => {
    const tiny = createTinySuite();
    const both = [tiny, { ...tiny, name: 'sharing', sharesTrainingsOf: tiny.name }];
    const outcome = await quality('--suites tiny,sharing --quick --json', both);
    expect(outcome.results.map(({ trainedSteps }) => trainedSteps)).toEqual([120, 0]);
    const [first, second] = outcome.results.map(({ figures }) => figures);
    expect(second).toEqual(first);
    const forced = await quality('--suites sharing --quick --json --force', both);
    expect(forced.results[0]!.trainedSteps).toBe(0);
  });

  test('asked for by name, a suite is measured again from its finished trainings', async () => {
    const first = await quality('--suites vae --quick --json');
    const second = await quality('--suites vae --quick --json');
    expect(second.results[0]!.trainedSteps).toBe(0);
    expect(figuresOf(second)).toEqual(figuresOf(first));
  });

  test('an interrupted run goes on where it stopped and gives the same figures bit for bit', async () => {
    const whole = await quality('--suites tiny --quick --json');
    folder += '-interrupted';
    const controller = new AbortController();
    const stopped = await quality('--all --quick --json', interruptedSuite(controller), controller.signal);
    expect(stopped.code).toBe(130);
    expect(stopped.out).toEqual([]);
    const resumed = await quality('--all --quick --json');
    expect(resumed.notes).toContain('healthy: steps 25 … 60');
    expect(resumed.results[0]!.trainedSteps).toBe(36 + 60);
    expect(figuresOf(resumed)).toEqual(figuresOf(whole));
  });

  test('before a calibration nothing passes that needs one, and the reason is said', async () => {
    const { code, results } = await quality('--suites tiny --json');
    expect(code).toBe(1);
    const { checks, reasons, pass } = results[0]!;
    expect(pass).toBe(false);
    expect(checks.map((check) => [check.threshold, check.healthy, check.pass])).toEqual([
      [null, [null, null, null], false],
      [null, [null, null, null], false],
      [1, [null, null, null], true],
    ]);
    expect(reasons['pictures are reconstructed']).toMatch(/not calibrated/);
  });

  test('three seeds calibrate: results are judged anew, and a healthy fourth seed passes', async () => {
    for (const seed of [0, 1]) await quality(`--suites tiny --json --seed ${seed}`);
    await expect(quality('--calibrate --json')).rejects.toThrow(/there is no result of seed 2.*--seed 2/);
    await quality('--suites tiny --json --seed 2');
    const calibrated = await quality('--calibrate --json');
    expect(calibrated.code).toBe(0);
    const [{ checks }] = JSON.parse(calibrated.out[0]!);
    const [shown] = checks;
    expect(shown.isSeparated).toBe(true);
    const [inner, outer] = [Math.max(...shown.healthy), Math.min(...shown.broken)];
    expect(shown.threshold).toBeCloseTo((inner + outer) / 2, 3);
    const fourth = await quality('--suites tiny --json --seed 3');
    expect(fourth.code).toBe(0);
    expect(fourth.results[0]!.checks[0]).toMatchObject({
      healthy: shown.healthy,
      broken: shown.broken,
      pass: true,
    });
    const first = await quality('--all --json');
    expect(first.results[0]).toMatchObject({ seed: 0, pass: true });
    const files = readdirSync(join(folder, 'results', 'tiny'));
    expect(files).toContain('seed-0.json');
    expect(files).toContain('seed-0-samples.png');
    expect(readFileSync(join(folder, 'results', 'report.html'), 'utf8')).toContain('seed-3-samples.png');
  });

  test('runs that cannot be told apart are not separated, and nothing passes', async () => {
    const suite = createTinySuite({ broken: 0.02 });
    for (const seed of [0, 1, 2]) await quality(`--suites tiny --json --seed ${seed}`, suite);
    expect((await quality('--calibrate --json', suite)).code).toBe(1);
    const { code, results } = await quality('--suites tiny --json', suite);
    expect(code).toBe(1);
    expect(results[0]!.checks.map(({ pass }) => pass)).toEqual([false, false, false]);
    expect(results[0]!.reasons['pictures are reconstructed']).toMatch(/overlap/);
  });
});

describe('a sabotaged suite fails', () => {
  test('where the healthy training is broken, its demonstration', async () => {
    const { code, results } = await quality(
      '--suites tiny --quick --json',
      createTinySuite({ healthy: 1e-9 }),
    );
    expect(code).toBe(1);
    expect(results[0]!.checks.map(({ pass }) => pass)).toEqual([false, true, true]);
  });

  test('where the broken training is healthy, its controls', async () => {
    const { code, results } = await quality(
      '--suites tiny --quick --json',
      createTinySuite({ broken: 0.02 }),
    );
    expect(code).toBe(1);
    expect(results[0]!.checks.map(({ pass }) => pass)).toEqual([true, false, false]);
  });

  test('where it measures nothing, or no number, everything', async () => {
    const silent = { ...createTinySuite(), measure: async () => {} };
    const { code, results } = await quality('--suites tiny --quick --json', silent);
    expect(code).toBe(1);
    expect(results[0]!.checks.every(({ pass, value }) => !pass && value === null)).toBe(true);
    const diverged: QualitySuite = {
      ...createTinySuite(),
      measure: async ({ report, fact }) => {
        fact('loss', Number.NaN);
        for (const { name } of createTinySuite().checks)
          report(name, { healthy: Number.NaN, broken: Number.POSITIVE_INFINITY });
      },
    };
    expect(
      (await quality('--suites tiny --quick --json', diverged)).results[0]!.checks.some(({ pass }) => pass),
    ).toBe(false);
  });

  test('where it throws, and the others have their turn', async () => {
    const stray: QualitySuite = {
      ...createTinySuite(),
      name: 'stray',
      measure: async ({ report }) => report('pictures are reconstruct', { healthy: 1 }),
    };
    const { code, results, notes } = await quality('--all --quick --json', [stray, createTinySuite()]);
    expect(code).toBe(1);
    expect(results.map(({ suite, pass }) => [suite, pass])).toEqual([
      ['stray', false],
      ['tiny', true],
    ]);
    expect(results[0]!.notes[0]).toMatch(/stopped: .*there is no such check/);
    expect(notes).toMatch(/nearest is pictures are reconstructed/i);
    expect((await quality('--all --quick --json', [stray])).notes).not.toContain('is whole');
  });
});

test('other settings or a kept result of other code are not taken for whole', async () => {
  await quality('--all --quick --json');
  const suite = createTinySuite();
  const longer = { ...suite, quick: { steps: 80 } };
  const again = await quality('--all --quick --json', longer);
  expect(again.notes).toContain('starts anew: the settings have changed');
  expect(again.results[0]!.trainedSteps).toBe(160);
});

test('a command line that cannot be meant is refused with the nearest name', async () => {
  await expect(quality('--suites tinny')).rejects.toThrow(/there is no tinny\. The nearest is tiny/);
  await expect(quality('--suites tinny')).rejects.toBeInstanceOf(UsageError);
});

test('without --json a table says what passed', async () => {
  const { out } = await quality('--suites tiny --quick');
  expect(out[0]).toMatch(/tiny \(quick\): seed 0, 60 steps, ok/);
  expect(out[0]).toMatch(/9\.3.*pictures are reconstructed.*≤ 0\.1/);
  expect(out[0]).toMatch(/9\.6.*without learning.*> 0\.1/);
});
