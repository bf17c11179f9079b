import { TintypeError } from '@tintype/backend';
import type { GenericSchema, InferOutput } from 'valibot';
import { assertConfig } from '../config/assert-config.ts';
import { parseJsonConfig } from '../config/parse-json-config.ts';
import { assertPlainData } from '../config/plain-data.ts';
import { readPngHeader } from '../images/png-header.ts';
import type { JsonValue } from '../training/train-state.ts';
import { encodeImageRecord, encodeScalarsRecord, encodeVersionRecord } from './event-file.ts';
import type { Storage } from './storage.ts';

/** One line of metrics.jsonl. A value that is not finite stands as null. */
export interface MetricsRecord {
  readonly step: number;
  readonly [name: string]: number | null;
}

/** What a run folder holds beside its checkpoints. One process at a time writes (`acquireRunLock`). */
export interface RunFolder {
  /** Writes recipe.json, what was asked for. Throws `E_CONFIG` for what is not plain data. */
  writeRecipe(recipe: JsonValue): Promise<void>;
  /** Reads recipe.json against a schema. Throws `E_NO_RUN`, `E_CONFIG`, `E_UNKNOWN_OPTION`. */
  readRecipe<Schema extends GenericSchema>(schema: Schema): Promise<InferOutput<Schema>>;
  /** Adds a line to metrics.jsonl and a record to the TensorBoard file. */
  logMetrics(step: number, values: Readonly<Record<string, number>>): Promise<void>;
  /** Every whole line of metrics.jsonl; one that a kill cut short is left out. */
  readMetrics(): Promise<readonly MetricsRecord[]>;
  /** Removes the lines after a step: those of a training that went on after the checkpoint it resumes from. */
  dropMetricsAfter(step: number): Promise<void>;
  /** Writes a PNG into samples/, with a step into the TensorBoard file too; gives its path in the run. */
  writeSample(name: string, png: Uint8Array, step?: number): Promise<string>;
}

export interface RunFolderOptions {
  /** Milliseconds since 1970, for TensorBoard. @default Date.now */
  readonly now?: () => number;
}

const recipeFile = 'recipe.json';
const metricsFile = 'metrics.jsonl';
const newline = 0x0a;

export function createRunFolder(storage: Storage, { now = Date.now }: RunFolderOptions = {}): RunFolder {
  /** A process writes a file of its own: TensorBoard shows all of a folder as one run. */
  let eventFile: string | undefined;
  let isLineOpen: boolean | undefined;

  async function appendEvent(record: Uint8Array): Promise<void> {
    if (eventFile === undefined) {
      eventFile = `events.out.tfevents.${String(now()).padStart(13, '0')}.tintype`;
      await storage.append(eventFile, encodeVersionRecord(now() / 1000));
    }
    await storage.append(eventFile, record);
  }

  async function logMetrics(step: number, values: Readonly<Record<string, number>>): Promise<void> {
    if ('step' in values) {
      throw new TintypeError('E_CONFIG', { where: 'logMetrics', what: 'no value can be named step' });
    }
    // A kill may have cut the last line short: it is closed, so that this one stands on its own.
    isLineOpen ??= (await readMetricsBytes()).at(-1) !== newline;
    const line = `${isLineOpen ? '\n' : ''}${JSON.stringify({ step, ...values })}\n`;
    await storage.append(metricsFile, new TextEncoder().encode(line));
    isLineOpen = false;
    await appendEvent(encodeScalarsRecord({ step, wallTime: now() / 1000 }, values));
  }

  /** At least a newline, so that an absent file counts as one that ends in a whole line. */
  async function readMetricsBytes(): Promise<Uint8Array> {
    return (await storage.exists(metricsFile)) ? storage.read(metricsFile) : Uint8Array.of(newline);
  }

  async function readMetrics(): Promise<readonly MetricsRecord[]> {
    const lines = new TextDecoder().decode(await readMetricsBytes()).split('\n');
    return lines.flatMap((line) => readLine(line) ?? []);
  }

  async function dropMetricsAfter(step: number): Promise<void> {
    if (!(await storage.exists(metricsFile))) return;
    const kept = (await readMetrics()).filter((record) => record.step <= step);
    const text = kept.map((record) => `${JSON.stringify(record)}\n`).join('');
    await storage.write(metricsFile, new TextEncoder().encode(text));
    isLineOpen = false;
  }

  return {
    async writeRecipe(recipe) {
      assertPlainData(recipe, recipeFile);
      await storage.write(recipeFile, new TextEncoder().encode(`${JSON.stringify(recipe, null, 2)}\n`));
    },
    async readRecipe(schema) {
      return assertConfig(schema, parseJsonConfig(await storage.read(recipeFile), recipeFile), recipeFile);
    },
    logMetrics,
    readMetrics,
    dropMetricsAfter,
    async writeSample(name, png, step) {
      const path = `samples/${name}`;
      const { width, height, channels } = readPngHeader(png, path);
      await storage.write(path, png);
      if (step !== undefined) {
        await appendEvent(
          encodeImageRecord({ step, wallTime: now() / 1000 }, 'samples', { width, height, channels, png }),
        );
      }
      return path;
    },
  };
}

function readLine(line: string): MetricsRecord | undefined {
  try {
    const record = parseJsonConfig(line, metricsFile);
    const isRecord = typeof record === 'object' && record !== null && 'step' in record;
    return isRecord && typeof record.step === 'number' ? (record as MetricsRecord) : undefined;
  } catch {
    return undefined;
  }
}
