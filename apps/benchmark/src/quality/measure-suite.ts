import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BackendInfo } from '@tintype/core-tensor';
import { acquireRunLock } from '@tintype/core-tensor/node';
import type { DataFiles } from '@tintype/datasets';
import type { Provenance } from '../speed/make-records.ts';
import { stepsOf } from './asked-checks.ts';
import { createSuiteContext } from './create-suite-context.ts';
import { judgeSuite } from './judge-suite.ts';
import type { QualitySuite, SuiteContext } from './quality-suite.ts';
import type { ResultStore } from './result-store.ts';
import type { SuiteResult } from './suite-result.ts';

export interface MeasureOptions {
  readonly seed: number;
  readonly isQuick: boolean;
  readonly store: ResultStore;
  /** Folder of the trainings. */
  readonly runs: string;
  readonly backend: Pick<BackendInfo, 'name' | 'threads'>;
  readonly files: DataFiles;
  readonly signal: AbortSignal;
  readonly code: string;
  readonly isReusing: boolean;
  /** Throws the suite's own trainings of this seed away first. */
  readonly isForced: boolean;
  readonly provenance: Provenance;
  note(text: string): void;
}

/**
 * Trains and measures one suite with one seed and keeps the result. One that throws fails with what it reported so far
 * and a note, and is not kept. Throws `E_RUN_LOCKED` where another process measures it, and the signal's reason.
 */
export async function measureSuite(suite: QualitySuite, options: MeasureOptions): Promise<SuiteResult> {
  const { seed, isQuick, store, runs, backend, files, signal, code, isReusing, provenance, note } = options;
  const owner = suite.sharesTrainingsOf ?? suite.name;
  const root = join(runs, owner, `${isQuick ? 'quick-' : ''}seed-${seed}`);
  const lock = await acquireRunLock(root);
  const startedAt = performance.now();
  const record = createSuiteContext(suite, {
    seed,
    isQuick,
    files,
    signal,
    note,
    place: { root, backend: backend.name, code, isReusing },
    writeGrid: (name, png) => store.writeGrid(suite.name, isQuick, seed, name, png),
  });
  try {
    if (options.isForced && owner === suite.name) removeTrainings(root);
    const failure = await failureOf(suite, record.context);
    signal.throwIfAborted();
    if (failure) note(`${failure.stack ?? failure.message}\n`);
    const calibration = store.readCalibration(suite.name, isQuick);
    const judgement = judgeSuite(suite, isQuick, record.reported, calibration);
    const result: SuiteResult = {
      suite: suite.name,
      system: suite.system,
      seed,
      steps: stepsOf(suite, isQuick),
      isQuick,
      ...judgement,
      pass: judgement.pass && !failure,
      facts: record.facts,
      notes: [...record.notes, ...(failure ? [`stopped: ${failure.message}`] : [])],
      grids: [...record.grids],
      backend: backend.name,
      threads: backend.threads ?? 1,
      trainedSteps: record.trainedSteps,
      seconds: Math.round((performance.now() - startedAt) / 100) / 10,
      code: record.isOwn ? code : 'reused',
      ...provenance,
    };
    if (!failure) store.writeResult(result);
    return result;
  } finally {
    record.dispose();
    await lock.release();
  }
}

/** What a suite threw; none of the others is to miss its turn for it. */
async function failureOf(suite: QualitySuite, context: SuiteContext): Promise<Error | undefined> {
  try {
    await suite.measure(context);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Everything but the lock, which is held. */
function removeTrainings(root: string): void {
  const names = readdirSync(root).filter((name) => !name.startsWith('run.lock'));
  for (const name of names) rmSync(join(root, name), { recursive: true });
}
