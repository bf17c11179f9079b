import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TintypeError } from '@tintype/core-tensor';
import type { Terminal } from '../terminal.ts';
import { calibrateSuites } from './calibrate-suites.ts';
import { parseQualityOptions, type QualityOptions, qualityUsage } from './quality-options.ts';
import type { QualitySuite } from './quality-suite.ts';
import { qualitySuites } from './quality-suites.ts';
import { describeResults } from './quality-table.ts';
import { renderReport } from './report/render-report.ts';
import { createResultStore, type ResultStore, writeWhole } from './result-store.ts';
import { reportPath, runQuality } from './run-quality.ts';

export interface QualityEnvironment {
  /** @default the shipped ones */
  readonly suites?: readonly QualitySuite[];
  /** @default never aborted */
  readonly signal?: AbortSignal;
}

/** `bench quality`. The exit code: 0 every check passed, 1 one did not, 130 interrupted. Throws `UsageError`. */
export async function runQualityCommand(
  args: readonly string[],
  terminal: Terminal,
  { suites = qualitySuites, signal = new AbortController().signal }: QualityEnvironment = {},
): Promise<number> {
  const options = parseQualityOptions(args, suites);
  if (options.isHelp) {
    terminal.out(qualityUsage(suites));
    return 0;
  }
  const store = createResultStore(options.results, join(options.runs, 'quick-results'));
  try {
    return await run(options, suites, store, terminal, signal);
  } catch (error) {
    if (!isAborted(error, signal)) throw error;
    terminal.note('Interrupted. The same command goes on from here.\n');
    return 130;
  }
}

async function run(
  options: QualityOptions,
  suites: readonly QualitySuite[],
  store: ResultStore,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const isMeasuring = !options.isReporting && !options.isCalibrating;
  const calibrations = options.isCalibrating ? calibrateSuites(options, store, terminal) : [];
  const results = isMeasuring
    ? await runQuality(options, store, terminal, signal)
    : options.suites.flatMap(({ name }) => store.listResults(name, options.isQuick));
  if (!options.isQuick) {
    writeWhole(reportPath(store.root), renderReport(suites, store));
    terminal.note(`report in ${reportPath(store.root)}\n`);
  }
  const document = options.isCalibrating ? calibrations : results;
  const json = JSON.stringify(document, null, 2);
  if (options.out !== undefined) {
    mkdirSync(dirname(options.out), { recursive: true });
    writeFileSync(options.out, `${json}\n`);
  }
  terminal.out(options.isJson ? json : describeResults(results));
  if (options.isCalibrating) {
    return calibrations.every(({ checks }) => checks.every(({ isSeparated }) => isSeparated)) ? 0 : 1;
  }
  return results.length > 0 && results.every(({ pass }) => pass) ? 0 : 1;
}

function isAborted(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  return error === signal.reason || (error instanceof TintypeError && error.code === 'E_ABORTED');
}
