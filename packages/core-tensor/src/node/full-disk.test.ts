import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selectBackend } from '@tintype/backend';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCheckpoints, readCheckpoint } from '../checkpoint/checkpoints.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import { createTinyTraining, stateBytes } from '../training/tiny-training.test-support.ts';
import { trainLoop } from '../training/train-loop.ts';
import { bundleForNode } from './bundle-for-node.test-support.ts';
import { failingAt } from './failing-files.test-support.ts';
import { createFileStorage } from './file-storage.ts';

let scratch: string;
beforeAll(async () => {
  await selectBackend({ backend: 'cpu' });
  scratch = await mkdtemp(join(tmpdir(), 'tintype-full-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** Trains four steps with a checkpoint after each, on a disk whose n-th call fails once. */
async function trainOnFailingDisk(n: number, code: string, isStopping: boolean) {
  const root = await mkdtemp(join(scratch, 'run-'));
  const { files, calls } = failingAt(n, code);
  const tiny = createTinyTraining();
  const checkpoints = createCheckpoints(createFileStorage(root, { files }), { onWarning: () => undefined });
  const saved: number[] = [];
  const verdicts: string[] = [];
  let error: unknown;
  try {
    const options = {
      steps: 4,
      rng: createRandomStream(1),
      checkpoints,
      checkpointEvery: 1,
      saveRetryMs: 0,
      onSaveFailure: isStopping ? ('stop' as const) : ('retry' as const),
    };
    for await (const event of trainLoop(tiny.trainStep, tiny.batches, options)) {
      if (event.type === 'checkpoint') saved.push(event.step);
      if (event.type === 'verdict') verdicts.push(event.verdict);
      const latest = saved.at(-1);
      // Whatever happened, the checkpoint that was reported last can be read, or a newer one.
      if (latest !== undefined)
        expect((await readCheckpoint(createFileStorage(root))).step).toBeGreaterThanOrEqual(latest);
    }
  } catch (caught) {
    error = caught;
  }
  const state = stateBytes(tiny.trainStep.state);
  tiny.dispose();
  const leftovers = (await readdir(root)).filter((name) => name.startsWith('.'));
  return { root, saved, verdicts, error, state, leftovers, calls: calls() };
}

test.each(['ENOSPC', 'EIO', 'EROFS'])(
  'whichever call of the disk fails with %s, the training goes on, and the last checkpoint is whole',
  async (code) => {
    const undisturbed = await trainOnFailingDisk(Number.POSITIVE_INFINITY, code, false);
    expect(undisturbed.saved).toEqual([1, 2, 3, 4]);
    let warned = 0;
    for (let n = 1; n <= undisturbed.calls; n += 7) {
      const { root, saved, verdicts, error, state, leftovers } = await trainOnFailingDisk(n, code, false);
      expect(error, `call ${n}`).toBeUndefined();
      expect(saved.at(-1)).toBe(4);
      expect(state).toEqual(undisturbed.state);
      expect(leftovers).toEqual([]);
      expect((await readCheckpoint(createFileStorage(root))).step).toBe(4);
      warned += verdicts.length;
    }
    expect(warned).toBeGreaterThan(5);
  },
);

test('by option the training stops with E_DISK_FULL, and what was saved is intact', async () => {
  const undisturbed = await trainOnFailingDisk(Number.POSITIVE_INFINITY, 'ENOSPC', false);
  const { root, saved, error, leftovers } = await trainOnFailingDisk(
    Math.floor(undisturbed.calls * 0.6),
    'ENOSPC',
    true,
  );
  expect(error).toMatchObject({ code: 'E_DISK_FULL' });
  expect(saved.length).toBeGreaterThan(0);
  expect(saved.length).toBeLessThan(4);
  expect(leftovers).toEqual([]);
  expect((await readCheckpoint(createFileStorage(root))).step).toBe(saved.at(-1));
});

const mayMount =
  process.platform === 'linux' && spawnSync('unshare', ['-m', 'true'], { stdio: 'ignore' }).status === 0;
if (!mayMount) console.warn('skipped: this user may not mount a small file system');

test.skipIf(!mayMount)(
  'on a real disk of 1 MiB the old checkpoint stays, and no part of the new one',
  async () => {
    const program = await bundleForNode(new URL('./fill-disk.test-support.ts', import.meta.url), scratch);
    const disk = await mkdtemp(join(scratch, 'disk-'));
    const script = 'mount -t tmpfs -o size=1m tmpfs "$0" && exec "$1" "$2" "$0"';
    const { stdout, stderr, status } = spawnSync(
      'unshare',
      ['-m', 'sh', '-c', script, disk, process.execPath, program],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const report = JSON.parse(stdout) as Record<string, unknown>;
    expect(report).toEqual({
      code: 'E_DISK_FULL',
      latestAfterFailure: 1,
      leftovers: [],
      latestAfterRoomWasMade: 3,
      // What a program without care leaves behind.
      plainCode: 'ENOSPC',
      plainPartialBytes: expect.any(Number),
    });
    expect(report.plainPartialBytes).toBeGreaterThan(0);
  },
);
