import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { assertConfig, parseJsonConfig, type v } from '@tintype/core-tensor';
import { formatJson } from './format-json.ts';
import { type Calibration, calibrationSchema, type SuiteResult, suiteResultSchema } from './suite-result.ts';

/**
 * The folder of results: `<suite>/seed-0.json` with pictures beside it and `calibration.json`. Results of the quick form are
 * nobody's to commit and lie in a folder of their own; only its calibration, `quick-calibration.json`, is beside the other.
 */
export interface ResultStore {
  /** Of the committed results. */
  readonly root: string;
  /** Throws `E_CONFIG` or `E_UNKNOWN_OPTION` where the file is no result. */
  readResult(suite: string, isQuick: boolean, seed: number): SuiteResult | undefined;
  writeResult(result: SuiteResult): void;
  /** By seed. */
  listResults(suite: string, isQuick: boolean): readonly SuiteResult[];
  readCalibration(suite: string, isQuick: boolean): Calibration | undefined;
  writeCalibration(calibration: Calibration, isQuick: boolean): void;
  /** Gives the file's name. */
  writeGrid(suite: string, isQuick: boolean, seed: number, name: string, png: Uint8Array): string;
}

const resultName = /^seed-(\d+)\.json$/;

export function createResultStore(root: string, quickRoot: string): ResultStore {
  const place = (suite: string, isQuick: boolean, file: string) =>
    join(isQuick ? quickRoot : root, suite, file);
  const calibrationPlace = (suite: string, isQuick: boolean) =>
    join(root, suite, isQuick ? 'quick-calibration.json' : 'calibration.json');
  const readResult = (suite: string, isQuick: boolean, seed: number) =>
    readJson(place(suite, isQuick, `seed-${seed}.json`), suiteResultSchema);

  return {
    root,
    readResult,
    writeResult(result) {
      writeWhole(place(result.suite, result.isQuick, `seed-${result.seed}.json`), formatJson(result));
    },
    listResults(suite, isQuick) {
      const folder = dirname(place(suite, isQuick, 'any'));
      if (!existsSync(folder)) return [];
      return readdirSync(folder)
        .flatMap((name) => (resultName.test(name) ? [Number(resultName.exec(name)![1])] : []))
        .sort((a, b) => a - b)
        .map((seed) => readResult(suite, isQuick, seed)!);
    },
    readCalibration: (suite, isQuick) => readJson(calibrationPlace(suite, isQuick), calibrationSchema),
    writeCalibration(calibration, isQuick) {
      writeWhole(calibrationPlace(calibration.suite, isQuick), formatJson(calibration));
    },
    writeGrid(suite, isQuick, seed, name, png) {
      const file = `seed-${seed}-${name}.png`;
      writeWhole(place(suite, isQuick, file), png);
      return file;
    },
  };
}

function readJson<Schema extends v.GenericSchema>(path: string, schema: Schema) {
  if (!existsSync(path)) return undefined;
  return assertConfig(schema, parseJsonConfig(readFileSync(path, 'utf8'), basename(path)), path);
}

/** All or nothing, so that an interrupted run leaves no half of a result. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, content);
  renameSync(draft, path);
}
