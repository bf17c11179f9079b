import { recipes } from '@tintype/recipes';
import { expect, test } from 'vitest';
import { coverageOf, missingLines, strayChecks } from './acceptance-coverage.ts';
import { acceptanceLines, finishedSystems } from './acceptance-lines.ts';
import { brokenDemonstration } from './asked-checks.ts';
import type { CheckDefinition, QualitySuite } from './quality-suite.ts';
import { qualitySuites } from './quality-suites.ts';

const vaeLines = acceptanceLines.filter(({ system }) => system === 'vae');

/** A suite with a check for each line of a system. */
function suiteFor(system: QualitySuite['system']): QualitySuite {
  const lines = acceptanceLines.filter((line) => line.system === system);
  const checks = lines.map(({ id, kind }): CheckDefinition => {
    const name = `${id} ${kind}`;
    return kind === 'D'
      ? { id, name, kind, direction: '>=', threshold: 1 }
      : { id, name, kind, monitor: 'mode-collapse' };
  });
  return { name: system, system, description: '', steps: 1, checks, measure: async () => {} };
}

test('every line of a finished system has a check', () => {
  expect(missingLines(finishedSystems, qualitySuites)).toEqual([]);
});

test('every check answers a line of its own system', () => {
  expect(strayChecks(qualitySuites)).toEqual([]);
});

test('names are told apart, and controls break demonstrations that there are', () => {
  expect(new Set(qualitySuites.map(({ name }) => name)).size).toBe(qualitySuites.length);
  for (const suite of qualitySuites) {
    expect(new Set(suite.checks.map(({ name }) => name)).size, suite.name).toBe(suite.checks.length);
    for (const check of suite.checks)
      if (check.kind === 'N' && 'breaks' in check) brokenDemonstration(suite, check.breaks);
  }
});

test('the lines are those of fourteen systems and of the monitors, each once', () => {
  expect(new Set(acceptanceLines.map(({ system }) => system)).size).toBe(15);
  expect(new Set(acceptanceLines.map(({ id, kind }) => `${id} ${kind}`)).size).toBe(acceptanceLines.length);
  expect(acceptanceLines.filter(({ id }) => id !== 'A8')).toHaveLength(56);
  for (const { system } of recipes) expect(acceptanceLines.map((line) => line.system)).toContain(system);
});

test('a system declared finished without its checks is found out, line by line', () => {
  expect(missingLines(['vae'], [])).toEqual(['9.3 D (vae)', '9.4 D (vae)', '9.5 D (vae)', '9.6 N (vae)']);
  expect(missingLines(['vae'], [suiteFor('gan')])).toHaveLength(vaeLines.length);
  expect(missingLines(['vae'], [suiteFor('vae')])).toEqual([]);
});

test('a check removed from a finished system is found out', () => {
  const suite = suiteFor('style-gan');
  for (const removed of suite.checks) {
    const rest = { ...suite, checks: suite.checks.filter((check) => check !== removed) };
    expect(missingLines(['style-gan'], [rest])).toEqual([`${removed.name} (style-gan)`]);
  }
});

test('a demonstration does not stand for the control of the same line', () => {
  const suite = suiteFor('style-gan');
  const onlyShown = { ...suite, checks: suite.checks.filter(({ kind }) => kind === 'D') };
  expect(missingLines(['style-gan'], [onlyShown])).toEqual(['7.8 N (style-gan)']);
});

test('a check of an unknown line, or of another system, is found out', () => {
  const [first] = suiteFor('vae').checks;
  const unknown = { ...suiteFor('vae'), checks: [{ ...first!, id: '9.33' }] };
  expect(strayChecks([unknown])).toEqual(['vae: 9.33 9.3 D']);
  expect(strayChecks([{ ...suiteFor('vae'), system: 'gan' }])).toHaveLength(vaeLines.length);
  expect(strayChecks([suiteFor('vae')])).toEqual([]);
});

test('an unfinished system says which lines are open', () => {
  const open = coverageOf('gan', []).filter(({ checks }) => checks.length === 0);
  expect(open.map(({ line }) => `${line.id} ${line.kind}`)).toEqual([
    '1.5 D',
    '1.5 N',
    '1.6 D',
    '1.7 D',
    '1.8 N',
  ]);
});
