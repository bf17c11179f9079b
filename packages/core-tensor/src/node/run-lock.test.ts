import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleForNode } from './bundle-for-node.test-support.ts';
import { acquireRunLock } from './run-lock.ts';

let scratch: string;
let program: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'tintype-lock-'));
  program = await bundleForNode(new URL('./run-lock-child.test-support.ts', import.meta.url), scratch);
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const newRoot = () => mkdtemp(join(scratch, 'run-'));

/** Starts a process that takes the lock and holds it; gives its first line: `held` or the code of the refusal. */
async function holdInChild(root: string): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [program, root], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [chunk] = await once(child.stdout!, 'data');
  return { child, said: String(chunk).trim() };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

test('a second living process is refused by name, and gets the folder after a release', async () => {
  const root = await newRoot();
  const lock = await acquireRunLock(root);
  const second = await holdInChild(root);
  expect(second.said).toBe(`E_RUN_LOCKED by process ${process.pid}`);
  await kill(second.child);
  await lock.release();
  const third = await holdInChild(root);
  expect(third.said).toBe('held');
  await expect(acquireRunLock(root)).rejects.toMatchObject({
    code: 'E_RUN_LOCKED',
    message: expect.stringContaining(`process ${third.child.pid}`),
  });
  await kill(third.child);
});

test('the lock of a killed process is taken over, and nothing else is left behind', async () => {
  const root = await newRoot();
  const { child, said } = await holdInChild(root);
  expect(said).toBe('held');
  await kill(child);
  const lock = await acquireRunLock(root);
  expect(await readdir(root)).toEqual(['run.lock']);
  expect(JSON.parse(await readFile(join(root, 'run.lock'), 'utf8'))).toMatchObject({ pid: process.pid });
  await lock.release();
  await lock.release();
  expect(await readdir(root)).toEqual([]);
});

test.runIf(process.platform === 'linux')(
  'a living process that only reuses the number does not hold it',
  async () => {
    const root = await newRoot();
    await writeFile(
      join(root, 'run.lock'),
      JSON.stringify({ pid: process.pid, startTime: 'earlier boot:1' }),
    );
    await (await acquireRunLock(root)).release();
  },
);

test('a lock that holds no process is taken over', async () => {
  const root = await newRoot();
  await writeFile(join(root, 'run.lock'), 'not json');
  await (await acquireRunLock(root)).release();
});

test('the same process is refused a second time', async () => {
  const root = await newRoot();
  const lock = await acquireRunLock(root);
  await expect(acquireRunLock(root)).rejects.toMatchObject({ code: 'E_RUN_LOCKED' });
  await lock.release();
});

test('a guard left by a process that died while taking over is cleared once it is old', async () => {
  const root = await newRoot();
  await writeFile(join(root, 'run.lock'), JSON.stringify({ pid: 2 ** 30, startTime: null }));
  const guard = join(root, 'run.lock.guard');
  await mkdir(guard);
  await expect(acquireRunLock(root)).rejects.toMatchObject({ code: 'E_RUN_LOCKED' });
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(guard, longAgo, longAgo);
  await (await acquireRunLock(root)).release();
  expect(await readdir(root)).toEqual([]);
});

test('of 24 attempts at one stale lock exactly one wins', async () => {
  for (let round = 0; round < 10; round += 1) {
    const root = await newRoot();
    await writeFile(join(root, 'run.lock'), JSON.stringify({ pid: 2 ** 30, startTime: null }));
    const attempts = await Promise.allSettled(Array.from({ length: 24 }, () => acquireRunLock(root)));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  }
});
