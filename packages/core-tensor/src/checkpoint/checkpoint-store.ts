import { TintypeError } from '@tintype/backend';
import { minValue, number, pipe, regex, safeInteger, strictObject, string } from 'valibot';
import { assertConfig } from '../config/assert-config.ts';
import {
  type CheckpointFiles,
  formatVersion,
  type LibraryInfo,
  readCheckpointFolder,
  writeCheckpointFolder,
} from './checkpoint-folder.ts';
import { libraryVersion } from './library-version.ts';
import { decodeSealedJson, encodeSealedJson } from './sealed-json.ts';
import type { Storage } from './storage.ts';

export interface CheckpointOptions {
  /** Checkpoints kept; older ones are removed after a save. @default 3 */
  readonly keep?: number;
  /** Who made them, for messages of older readers. @default tintype and its version */
  readonly library?: LibraryInfo;
  /** Told when a damaged checkpoint is passed over or an old one cannot be removed. @default console.warn */
  readonly onWarning?: (message: string) => void;
}

/** Checkpoints as bytes. One process at a time saves (`acquireRunLock`); others may read. */
export interface CheckpointStore {
  /** Afterwards the new checkpoint is the latest, or, where it throws, the one before still is. Gives its folder. */
  save(files: CheckpointFiles): Promise<string>;
  /** The latest that is whole; `undefined` where there is none at all. Throws `E_CHECKPOINT` where all are damaged. */
  readLatest(): Promise<CheckpointFiles | undefined>;
  /** Throws `E_NO_RUN` where there is no checkpoint of that step. */
  read(step: number): Promise<CheckpointFiles>;
  /** Removes what interrupted saves left behind. */
  sweep(): Promise<void>;
}

const latestFile = 'latest.json';
const temporaryPrefix = '.tmp-';
const replacedPrefix = '.old-';
const stepFolder = /^step-(\d{7,})$/;
const latestSchema = strictObject({
  formatVersion: pipe(number(), safeInteger(), minValue(1)),
  step: pipe(number(), safeInteger(), minValue(0)),
  folder: pipe(string(), regex(stepFolder)),
});

export function createCheckpointStore(storage: Storage, options: CheckpointOptions = {}): CheckpointStore {
  const { keep = 3, library = { name: 'tintype', version: libraryVersion } } = options;
  const warn = options.onWarning ?? ((message: string) => console.warn(message));
  assertConfig(pipe(number(), safeInteger(), minValue(1)), keep, 'createCheckpoints.keep');
  let isSaving = false;

  async function save(files: CheckpointFiles): Promise<string> {
    if (isSaving) throw new TintypeError('E_BUSY', { where: 'save', what: 'another save has not ended yet' });
    isSaving = true;
    try {
      const folder = folderOf(files.step);
      await putInPlace(folder, files);
      const latest = { formatVersion, step: files.step, folder };
      await storage.write(latestFile, await encodeSealedJson(latest, latestFile));
      await prune(folder).catch((error) => warn(`Old checkpoints could not be removed: ${messageOf(error)}`));
      return folder;
    } finally {
      isSaving = false;
    }
  }

  /** Writes aside, then renames: a folder with a step's name is always whole. */
  async function putInPlace(folder: string, files: CheckpointFiles): Promise<void> {
    const temporary = temporaryPrefix + folder;
    try {
      await storage.remove(temporary);
      await writeCheckpointFolder(storage, temporary, files, library);
      if (await storage.exists(folder)) {
        await storage.remove(replacedPrefix + folder);
        await storage.rename(folder, replacedPrefix + folder);
      }
      await storage.rename(temporary, folder);
    } catch (error) {
      await tidy().catch(() => undefined);
      throw error;
    }
  }

  /** Keeps the one just saved and those before it, newest first; later steps are of a training since undone. */
  async function prune(current: string): Promise<void> {
    const names = (await storage.list('')).filter((name) => stepFolder.test(name) && name !== current);
    const earlier = names.filter((name) => stepOf(name) < stepOf(current)).sort(newestFirst);
    const later = names.filter((name) => stepOf(name) > stepOf(current)).sort(newestFirst);
    for (const name of [...earlier, ...later].slice(keep - 1)) await storage.remove(name);
    await tidy();
  }

  async function sweep(): Promise<void> {
    const names = await storage.list('');
    for (const name of names.filter((each) => each.startsWith(temporaryPrefix))) await storage.remove(name);
    await tidy();
  }

  /** What this store's own unfinished save left; other temporary files may still be in use. */
  async function tidy(): Promise<void> {
    const names = await storage.list('');
    for (const name of names.filter((each) => each.startsWith(`${temporaryPrefix}step-`)))
      await storage.remove(name);
    for (const name of names.filter((each) => each.startsWith(replacedPrefix))) {
      const folder = name.slice(replacedPrefix.length);
      // Interrupted between the two renames of a replacement, the replaced one is the only one: it goes back.
      if (names.includes(folder) || !stepFolder.test(folder)) await storage.remove(name);
      else await storage.rename(name, folder);
    }
  }

  /** The one that latest.json names, then the others from the newest down. */
  async function candidates(): Promise<readonly string[]> {
    const names = await storage.list('');
    const folders = names.filter((name) => stepFolder.test(withoutPrefix(name))).sort(newestFirst);
    const latest = names.includes(latestFile) ? await readLatestName() : undefined;
    if (latest === undefined) return folders;
    return [
      ...folders.filter((name) => withoutPrefix(name) === latest),
      ...folders.filter((name) => withoutPrefix(name) !== latest),
    ];
  }

  async function readLatestName(): Promise<string | undefined> {
    try {
      const content = await decodeSealedJson(await storage.read(latestFile), latestFile);
      return assertConfig(latestSchema, content, latestFile).folder;
    } catch (error) {
      warn(`${messageOf(error)} The newest checkpoint is taken instead.`);
      return undefined;
    }
  }

  async function readLatest(): Promise<CheckpointFiles | undefined> {
    const folders = await candidates();
    const failures: string[] = [];
    for (const folder of folders) {
      try {
        const files = await readCheckpointFolder(storage, folder);
        if (failures.length > 0)
          warn(`${failures.join(' ')} The checkpoint of step ${files.step} is used instead.`);
        return files;
      } catch (error) {
        if (!(error instanceof TintypeError) || error.code !== 'E_CHECKPOINT') throw error;
        failures.push(error.message);
      }
    }
    if (folders.length === 0) return undefined;
    throw new TintypeError('E_CHECKPOINT', {
      what: `no checkpoint of this run can be read: ${failures.join(' ')}`,
      remedy: 'Restore the folder from a backup, or start again in a new one',
    });
  }

  async function read(step: number): Promise<CheckpointFiles> {
    const folder = folderOf(step);
    if (await storage.exists(folder)) return readCheckpointFolder(storage, folder);
    const names = (await storage.list('')).filter((name) => stepFolder.test(name));
    throw new TintypeError('E_NO_RUN', {
      what: `there is no checkpoint of step ${step}`,
      expected: names.length === 0 ? 'none has been saved' : `one of ${names.map(stepOf).join(', ')}`,
    });
  }

  return { save, readLatest, read, sweep };
}

function folderOf(step: number): string {
  assertConfig(pipe(number(), safeInteger(), minValue(0)), step, 'checkpoint.step');
  return `step-${String(step).padStart(7, '0')}`;
}

function withoutPrefix(name: string): string {
  return name.startsWith(replacedPrefix) ? name.slice(replacedPrefix.length) : name;
}

function stepOf(folder: string): number {
  return Number(stepFolder.exec(withoutPrefix(folder))?.[1]);
}

function newestFirst(a: string, b: string): number {
  return stepOf(b) - stepOf(a) || (a < b ? 1 : -1);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
