import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { nearestName } from '@tintype/core-tensor';
import { readFlags, wholeFlag } from '../flags.ts';
import { UsageError } from '../usage-error.ts';
import { findCheckout } from './code-version.ts';
import type { QualitySuite } from './quality-suite.ts';

/** What `bench quality` is asked to do. */
export interface QualityOptions {
  readonly suites: readonly QualitySuite[];
  readonly seed: number;
  readonly isQuick: boolean;
  /** Leaves out suites whose results of this seed and code are whole. */
  readonly isContinuing: boolean;
  readonly isForced: boolean;
  readonly isReusing: boolean;
  readonly isCalibrating: boolean;
  /** Writes the report and measures nothing. */
  readonly isReporting: boolean;
  readonly threads: number;
  readonly isJson: boolean;
  readonly out?: string;
  readonly results: string;
  readonly runs: string;
  readonly isHelp: boolean;
}

export function qualityUsage(suites: readonly QualitySuite[]): string {
  return `bench quality --suites a,b | --all [flags]

  --suites a,b        ${suites.map(({ name }) => name).join(', ')};
                      the name of a system stands for all of its suites
  --all               every suite; those whose result of this seed and code is whole are not run again
  --seed S            seed of the trainings (default: 0)
  --quick             the form of seconds: few steps, fewer checks, thresholds of their own
  --threads N         threads of the engine (default: logical processors, at most 8)
  --force             throws the trainings of these suites and this seed away and starts anew
  --reuse             goes on with trainings of other code; the result says so and does not count as whole
  --calibrate         no training: sets the thresholds from the results of the seeds 0, 1 and 2
  --report            no training: writes report.html from the results there are
  --json              one JSON document on stdout, everything else on stderr
  --out FILE          the JSON document goes to this file too
  --results DIR       folder of results (default: apps/benchmark/results/quality)
  --runs DIR          folder of trainings (default: runs/quality)`;
}

const flags = {
  suites: { type: 'string' },
  seed: { type: 'string' },
  threads: { type: 'string' },
  out: { type: 'string' },
  results: { type: 'string' },
  runs: { type: 'string' },
  all: { type: 'boolean' },
  quick: { type: 'boolean' },
  force: { type: 'boolean' },
  reuse: { type: 'boolean' },
  calibrate: { type: 'boolean' },
  report: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Throws `UsageError` for anything that cannot be meant. */
export function parseQualityOptions(args: readonly string[], known: readonly QualitySuite[]): QualityOptions {
  const values = readFlags(args, flags);
  const isReporting = values.report === true;
  const isCalibrating = values.calibrate === true;
  const isEverySuite = values.all === true || isReporting || isCalibrating || values.help === true;
  if (values.suites === undefined && !isEverySuite) {
    throw new UsageError(`Name suites with --suites, or ask for --all.\n\n${qualityUsage(known)}`);
  }
  const checkout = findCheckout();
  return {
    suites: values.suites === undefined ? known : findSuites(values.suites, known),
    seed: wholeFlag('seed', values.seed, 0) ?? 0,
    isQuick: values.quick === true,
    isContinuing: values.all === true,
    isForced: values.force === true,
    isReusing: values.reuse === true,
    isCalibrating,
    isReporting,
    threads: wholeFlag('threads', values.threads, 1) ?? Math.min(availableParallelism(), 8),
    isJson: values.json === true,
    ...(values.out !== undefined && { out: values.out }),
    results: values.results ?? join(checkout, 'apps', 'benchmark', 'results', 'quality'),
    runs: values.runs ?? join(checkout, 'runs', 'quality'),
    isHelp: values.help === true,
  };
}

/** In the order of the list, each once. */
function findSuites(text: string, known: readonly QualitySuite[]): readonly QualitySuite[] {
  const asked = new Set<QualitySuite>();
  for (const name of text.split(',')) {
    const found = known.filter((suite) => suite.name === name || suite.system === name);
    if (found.length === 0) throw unknownSuite(name, known);
    for (const suite of found) asked.add(suite);
  }
  return [...asked];
}

function unknownSuite(name: string, known: readonly QualitySuite[]): UsageError {
  const names = [...new Set(known.flatMap(({ name, system }) => [name, system]))];
  const nearest = nearestName(name, names);
  const advice = nearest === undefined ? '' : ` The nearest is ${nearest}.`;
  return new UsageError(`--suites: there is no ${name}.${advice} Known: ${names.join(', ')}.`);
}
