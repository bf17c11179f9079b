import { describe, expect, test } from 'vitest';
import { parseQualityOptions, qualityUsage } from './quality-options.ts';
import { createTinySuite } from './tiny-suite.test-support.ts';

const tiny = createTinySuite();
const stacked = { ...tiny, name: 'stacked', system: 'gan' as const };
const ring = { ...tiny, name: 'ring', system: 'gan' as const };
const known = [tiny, stacked, ring];
const parse = (args: string) => parseQualityOptions(args === '' ? [] : args.split(' '), known);
const namesOf = (args: string) => parse(args).suites.map(({ name }) => name);

test('reads every flag', () => {
  const args =
    '--suites tiny --seed 3 --quick --threads 2 --force --reuse --json --out f --results r --runs t';
  expect(parse(args)).toMatchObject({
    suites: [tiny],
    seed: 3,
    isQuick: true,
    isContinuing: false,
    isForced: true,
    isReusing: true,
    threads: 2,
    isJson: true,
    out: 'f',
    results: 'r',
    runs: 't',
  });
});

test('a system stands for its suites, each once', () => {
  expect(namesOf('--suites gan')).toEqual(['stacked', 'ring']);
  expect(namesOf('--suites ring,gan,vae')).toEqual(['ring', 'stacked', 'tiny']);
});

test('--all, --calibrate and --report speak of every suite unless some are named', () => {
  for (const flag of ['--all', '--calibrate', '--report']) {
    expect(namesOf(flag)).toEqual(['tiny', 'stacked', 'ring']);
    expect(namesOf(`${flag} --suites tiny`)).toEqual(['tiny']);
  }
});

test('results and trainings lie in the checkout by default', () => {
  const { results, runs, seed } = parse('--all');
  expect(results).toMatch(/apps.benchmark.results.quality$/);
  expect(runs).toMatch(/runs.quality$/);
  expect(seed).toBe(0);
});

describe('refused', () => {
  test.each([
    ['', /Name suites with --suites, or ask for --all/],
    ['--suites tinny', /there is no tinny\. The nearest is tiny\. Known: tiny, vae, stacked, gan, ring/],
    ['--suit tiny', /Unknown flag --suit\. The nearest is --suites/],
    ['--suites tiny --seed -1', /--seed/],
    ['--suites tiny --seed 1.5', /--seed must be a whole number of at least 0, received 1\.5/],
    ['--suites tiny --threads 0', /--threads must be a whole number of at least 1/],
    ['--suites tiny --json=yes', /json/],
    ['--all more', /more/],
  ])('%s', (args, message) => {
    expect(() => parse(args)).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(message) }),
    );
  });
});

test('the usage names the suites', () => {
  expect(qualityUsage(known)).toContain('tiny, stacked, ring;');
});
