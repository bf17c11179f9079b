import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BackendInfo } from '@tintype/core-tensor';
import { acquireRunLock } from '@tintype/core-tensor/node';
import type { DataFiles } from '@tintype/datasets';
import type { Provenance } from '../speed/make-records.ts';
import { stepsOf } from './asked-checks.ts';
import { createSuiteContext } from './create-suite-context.ts';
import { judgeSuite } from './judge-suite.ts';
import type { QualitySuite } from './quality-suite.ts';
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
  /** Throws the suite's trainings of this seed away first. */
  readonly isForced: boolean;
  readonly provenance: Provenance;
  note(text: string): void;
}

/**
 * Trains and measures one suite with one seed and keeps the result. Throws what the suite throws, and `E_RUN_LOCKED`
 * where another process measures it; nothing is written then.
 */
export async function measureSuite(suite: QualitySuite, options: MeasureOptions): Promise<SuiteResult> {
  const { seed, isQuick, store, runs, backend, files, signal, code, isReusing, provenance, note } = options;
  const root = join(runs, suite.name, `${isQuick ? 'quick-' : ''}seed-${seed}`);
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
    if (options.isForced) removeTrainings(root);
    await suite.measure(record.context);
    signal.throwIfAborted();
    const calibration = store.readCalibration(suite.name, isQuick);
    const judgement = judgeSuite(suite, isQuick, record.reported, calibration);
    const result: SuiteResult = {
      suite: suite.name,
      system: suite.system,
      seed,
      steps: stepsOf(suite, isQuick),
      isQuick,
      ...judgement,
      facts: record.facts,
      notes: [...record.notes],
      grids: [...record.grids],
      backend: backend.name,
      threads: backend.threads ?? 1,
      trainedSteps: record.trainedSteps,
      seconds: Math.round((performance.now() - startedAt) / 100) / 10,
      code: record.isOwn ? code : 'reused',
      ...provenance,
    };
    store.writeResult(result);
    return result;
  } finally {
    record.dispose();
    await lock.release();
  }
}

/** Everything but the lock, which is held. */
function removeTrainings(root: string): void {
  const names = readdirSync(root).filter((name) => !name.startsWith('run.lock'));
  for (const name of names) rmSync(join(root, name), { recursive: true });
}
