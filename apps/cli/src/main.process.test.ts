import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const program = join(import.meta.dirname, '..', 'dist', 'main.js');
const small = ['--set', 'hiddenUnits=[8]', '--set', 'latentDim=2', '--backend', 'cpu'];
/** What a signal may take to end a training, in milliseconds. */
const longestStop = 5000;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stderr holds this text. */
  said(text: string): Promise<void>;
}

let root: string;

beforeAll(async () => {
  if (!existsSync(program)) throw new Error('apps/cli/dist/main.js is missing: build first.');
  root = await mkdtemp(join(tmpdir(), 'tintype-process-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

function start(...args: string[]): Running {
  const child = spawn(process.execPath, [program, ...args], { cwd: join(import.meta.dirname, '..') });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  const waiting: { text: string; resolve: () => void }[] = [];
  child.stderr.on('data', (text) => {
    stderr += text;
    for (const { text: wanted, resolve } of waiting) if (stderr.includes(wanted)) resolve();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => {
      for (const { resolve: release } of waiting) release();
      resolve({ code, stdout, stderr });
    });
  });
  const said = (text: string) => new Promise<void>((resolve) => waiting.push({ text, resolve }));
  return { child, ended, said };
}

const train = (run: string, steps: number, ...more: string[]) =>
  start('train', 'vae-mnist', '--out', run, '--steps', String(steps), ...small, ...more);

/** The tensors of a checkpoint, byte for byte. */
async function checkpointOf(run: string, step: number): Promise<Record<string, Buffer>> {
  const folder = join(run, `step-${String(step).padStart(7, '0')}`);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.safetensors'));
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))])),
  );
}

describe('the program', () => {
  test('prints one JSON document and nothing else on stdout', async () => {
    const { code, stdout, stderr } = await train(join(root, 'json'), 3, '--json', '--log-every', '1').ended;
    expect(stderr).toContain('3/3');
    expect(code).toBe(0);
    expect(stdout.trim().split('\n').length).toBe(1);
    expect(Object.keys(JSON.parse(stdout).losses)).toContain('total');
  });

  test('exits with 2 on a flag that nobody knows and with 1 on a run that is not there', async () => {
    expect(await train(join(root, 'flag'), 3, '--setps', '3').ended).toMatchObject({ code: 2, stdout: '' });
    expect(await start('inspect', join(root, 'nowhere')).ended).toMatchObject({ code: 1 });
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s finishes the step, saves and exits with %i', async (signal, expected) => {
    const run = join(root, signal);
    const { child, ended, said } = train(run, 100_000, '--json');
    await said('steps/s  ETA');
    const sentAt = performance.now();
    child.kill(signal);
    const { code, stdout, stderr } = await ended;
    expect(stderr).toContain('saving');
    expect(code).toBe(expected);
    expect(performance.now() - sentAt).toBeLessThan(longestStop);
    const { steps, isInterrupted } = JSON.parse(stdout);
    expect(isInterrupted).toBe(true);
    const latest = await readFile(join(run, 'latest.json'), 'utf8');
    expect(latest).toContain(`step-${String(steps).padStart(7, '0')}`);

    const resumed = await start('resume', run, '--steps', String(steps + 2), '--json').ended;
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.stdout).steps).toBe(steps + 2);
  });

  test('a second SIGINT ends it at once', async () => {
    const { child, ended, said } = train(join(root, 'twice'), 100_000);
    await said('on cpu');
    child.kill('SIGINT');
    await said('SIGINT');
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130 });
  });

  test('killed at any moment and resumed, it ends with the bytes of a run never interrupted', async () => {
    const steps = 60;
    const flags = ['--seed', '5', '--checkpoint-every', '7', '--set', 'batchSize=16'];
    const straight = join(root, 'straight');
    expect(await train(straight, steps, ...flags).ended).toMatchObject({ code: 0 });
    for (const delayMs of [150, 300, 450]) {
      const run = join(root, `killed-${delayMs}`);
      const { child, ended, said } = train(run, steps, ...flags);
      await said('on cpu');
      setTimeout(() => child.kill('SIGKILL'), delayMs);
      await ended;
      const hasSaved = existsSync(join(run, 'latest.json'));
      const again = hasSaved
        ? start('resume', run, '--steps', String(steps))
        : train(run, steps, ...flags, '--force');
      expect(await again.ended).toMatchObject({ code: 0 });
      expect(await checkpointOf(run, steps)).toEqual(await checkpointOf(straight, steps));
    }
  });

  test('a second process on the same run is refused while the first runs', async () => {
    const run = join(root, 'shared');
    const first = train(run, 100_000);
    await first.said('steps/s  ETA');
    const second = await train(run, 3, '--force').ended;
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('in use by process');
    first.child.kill('SIGINT');
    expect((await first.ended).code).toBe(130);
  });
});
