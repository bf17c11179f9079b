import { TintypeError } from '@tintype/core-tensor';
import type { Terminal } from '../terminal.ts';
import { askedChecks } from './asked-checks.ts';
import { calibrateSuite, calibrationSeeds } from './calibrate-suite.ts';
import { judgeSuite } from './judge-suite.ts';
import type { QualityOptions } from './quality-options.ts';
import type { QualitySuite } from './quality-suite.ts';
import type { ResultStore } from './result-store.ts';
import type { Calibration, SuiteResult } from './suite-result.ts';

/**
 * Sets the thresholds of the asked-for suites and judges every result anew. Throws `E_CONFIG` where a seed is missing or of
 * other steps; nothing is written then.
 */
export function calibrateSuites(
  { suites, isQuick }: QualityOptions,
  store: ResultStore,
  { note }: Terminal,
): Calibration[] {
  const asked = suites.filter((suite) => askedChecks(suite, isQuick).length > 0);
  const calibrations = asked.map((suite) => {
    const [a, b, c] = calibrationSeeds.map((seed) => resultOf(suite, isQuick, store, seed));
    const steps = new Set([a, b, c].map((result) => result!.steps));
    if (steps.size > 1) throw refusal(suite, `the seeds were trained for ${[...steps].join(' and ')} steps`);
    return { suite, calibration: calibrateSuite(suite, isQuick, [a!, b!, c!]) };
  });
  for (const { suite, calibration } of calibrations) {
    if (calibration.code.length > 1) note(`${suite.name}: the seeds were measured with different code\n`);
    store.writeCalibration(calibration, isQuick);
    for (const result of store.listResults(suite.name, isQuick))
      store.writeResult({ ...result, ...judgeAgain(suite, result, calibration) });
    for (const { name, isSeparated } of calibration.checks)
      note(`${isSeparated ? 'apart  ' : 'OVERLAP'} ${suite.name}: ${name}\n`);
  }
  return calibrations.map(({ calibration }) => calibration);
}

function judgeAgain(suite: QualitySuite, { figures, isQuick }: SuiteResult, calibration: Calibration) {
  const reported = Object.entries(figures).map(([name, { healthy, broken }]) => [
    name,
    { healthy: healthy ?? Number.NaN, broken: broken ?? Number.NaN },
  ]);
  return judgeSuite(
    suite,
    isQuick,
    new Map(reported as [string, { healthy: number; broken: number }][]),
    calibration,
  );
}

function resultOf(suite: QualitySuite, isQuick: boolean, store: ResultStore, seed: number): SuiteResult {
  const result = store.readResult(suite.name, isQuick, seed);
  if (result) return result;
  const command = `bench quality --suites ${suite.name} --seed ${seed}${isQuick ? ' --quick' : ''}`;
  throw refusal(suite, `there is no result of seed ${seed}`, `Run pnpm ${command}`);
}

function refusal(suite: QualitySuite, what: string, remedy?: string): TintypeError {
  return new TintypeError('E_CONFIG', {
    where: `calibrate: ${suite.name}`,
    what,
    ...(remedy !== undefined && { remedy }),
  });
}
