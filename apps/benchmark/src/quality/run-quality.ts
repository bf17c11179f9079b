import { join } from 'node:path';
import { createPackageDataFiles } from '@tintype/datasets/node';
import { readProvenance } from '../provenance.ts';
import type { Terminal } from '../terminal.ts';
import { selectEngine } from '../worker/select-engine.ts';
import { askedChecks, stepsOf } from './asked-checks.ts';
import { readCodeVersion } from './code-version.ts';
import { measureSuite } from './measure-suite.ts';
import type { QualityOptions } from './quality-options.ts';
import type { QualitySuite } from './quality-suite.ts';
import type { ResultStore } from './result-store.ts';
import type { SuiteResult } from './suite-result.ts';

/** Measures the asked-for suites, one after the other. Throws `E_ABORTED` after saving where the signal is aborted. */
export async function runQuality(
  options: QualityOptions,
  store: ResultStore,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<SuiteResult[]> {
  const { seed, isQuick, isContinuing, isForced } = options;
  const code = readCodeVersion();
  const results: SuiteResult[] = [];
  for (const suite of takingPart(options, terminal)) {
    const kept = isContinuing && !isForced ? store.readResult(suite.name, isQuick, seed) : undefined;
    if (kept && isWhole(kept, suite, code)) {
      terminal.note(`${suite.name}: the result of seed ${seed} is whole (${kept.commit}, ${kept.date})\n`);
      results.push(kept);
      continue;
    }
    signal.throwIfAborted();
    if (kept) terminal.note(`${suite.name}: the result of seed ${seed} is of other code or settings\n`);
    terminal.note(`${suite.name}: seed ${seed}, ${stepsOf(suite, isQuick)} steps\n`);
    const backend = await selectEngine(options.threads, false);
    const result = await measureSuite(suite, {
      ...{ seed, isQuick, isForced, isReusing: options.isReusing },
      ...{ store, backend, code, signal, note: terminal.note },
      runs: options.runs,
      files: createPackageDataFiles(),
      provenance: readProvenance(),
    });
    terminal.note(`${suite.name}: ${result.pass ? 'ok' : 'FAILED'} after ${result.seconds} s\n`);
    results.push(result);
  }
  return results;
}

/** A suite without a quick form is named, not silently passed over. */
function takingPart({ suites, isQuick }: QualityOptions, { note }: Terminal): readonly QualitySuite[] {
  return suites.filter((suite) => {
    const isPart = askedChecks(suite, isQuick).length > 0;
    if (!isPart) note(`${suite.name}: has no ${isQuick ? 'quick form' : 'checks'}, left out\n`);
    return isPart;
  });
}

/** Of this code and these settings, with a figure for every check. */
function isWhole(result: SuiteResult, suite: QualitySuite, code: string): boolean {
  const { isQuick, checks, steps } = result;
  const asked = askedChecks(suite, isQuick);
  return (
    result.code === code &&
    steps === stepsOf(suite, isQuick) &&
    checks.length === asked.length &&
    checks.every(({ id, name, value }, i) => value !== null && id === asked[i]!.id && name === asked[i]!.name)
  );
}

/** Where the one report of a results folder lies. */
export function reportPath(results: string): string {
  return join(results, 'report.html');
}
