import { link, mkdir, readFile, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TintypeError } from '@tintype/backend';

export interface RunLock {
  /** Frees the folder for others; may be called twice. */
  release(): Promise<void>;
}

interface Owner {
  readonly pid: number;
  /** Start of the process, so that a later process with the same id is not taken for it; null where unknown. */
  readonly startTime: string | null;
}

const lockName = 'run.lock';
/** Taking over a stale lock takes milliseconds: a guard older than this was left by a process that died. */
const guardLifetimeMs = 5000;

let attempts = 0;

/**
 * Takes a run folder for this process alone. The lock of a process that no longer runs is taken over.
 * @throws TintypeError `E_RUN_LOCKED` naming the process that holds it
 */
export async function acquireRunLock(root: string): Promise<RunLock> {
  await mkdir(root, { recursive: true });
  const place = join(root, lockName);
  const owner: Owner = { pid: process.pid, startTime: await startTimeOf(process.pid) };
  if (!(await claim(place, owner))) await takeOver(place, owner);

  let isHeld = true;
  return {
    async release() {
      if (!isHeld) return;
      isHeld = false;
      await unlink(place).catch(ignore('ENOENT'));
    },
  };
}

/** Creates the lock with its content in one step; false where there is one already. */
async function claim(place: string, owner: Owner): Promise<boolean> {
  attempts += 1;
  const own = `${place}.${owner.pid}.${attempts}`;
  await writeFile(own, JSON.stringify(owner));
  try {
    await link(own, place);
    return true;
  } catch (error) {
    ignore('EEXIST')(error);
    return false;
  } finally {
    await unlink(own);
  }
}

/** Under a guard folder, so that of two processes that find the same stale lock only one removes it. */
async function takeOver(place: string, owner: Owner): Promise<void> {
  const guard = `${place}.guard`;
  if (!(await makeGuard(guard))) throw lockedBy(await readOwner(place));
  try {
    // A lock that was freed meanwhile may be another's already: only one that was seen to be stale is removed.
    const holder = await readOwner(place);
    if (holder !== 'none') {
      if (holder !== 'unreadable' && (await isAlive(holder))) throw lockedBy(holder);
      await unlink(place);
    }
    if (!(await claim(place, owner))) throw lockedBy(await readOwner(place));
  } finally {
    await rmdir(guard).catch(ignore('ENOENT'));
  }
}

async function makeGuard(guard: string): Promise<boolean> {
  const madeNow = () =>
    mkdir(guard).then(
      () => true,
      (error) => ignore('EEXIST')(error) ?? false,
    );
  if (await madeNow()) return true;
  const stats = await stat(guard).catch(ignore('ENOENT'));
  if (stats !== undefined && Date.now() - stats.mtimeMs < guardLifetimeMs) return false;
  await rmdir(guard).catch(ignore('ENOENT'));
  return madeNow();
}

async function readOwner(place: string): Promise<Owner | 'none' | 'unreadable'> {
  const text = await readFile(place, 'utf8').catch(ignore('ENOENT'));
  if (text === undefined) return 'none';
  try {
    const { pid, startTime } = JSON.parse(text) as Partial<Owner>;
    return Number.isInteger(pid) ? { pid: pid as number, startTime: startTime ?? null } : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

async function isAlive({ pid, startTime }: Owner): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
  }
  const startNow = await startTimeOf(pid);
  return startTime === null || startNow === null || startTime === startNow;
}

/** Boot and clock tick at which a process started, from /proc (field 22 of its stat); null on other systems. */
async function startTimeOf(pid: number): Promise<string | null> {
  try {
    const [boot, stats] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // The second field is the name in brackets, which may itself hold spaces and brackets.
    const ticks = stats.slice(stats.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? null : `${boot.trim()}:${ticks}`;
  } catch {
    return null;
  }
}

function lockedBy(holder: Owner | string): TintypeError {
  return new TintypeError('E_RUN_LOCKED', {
    where: lockName,
    what: `the run folder is in use by ${typeof holder === 'string' ? 'another process' : `process ${holder.pid}`}`,
    remedy: 'Wait until it ends, or choose another folder',
  });
}

function ignore(code: string): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === code) return undefined;
    throw error;
  };
}
