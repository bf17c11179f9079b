import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v } from '@tintype/core-tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { suiteResultSchema } from './suite-result.ts';

const program = join(import.meta.dirname, '..', '..', 'dist', 'main.js');
let folder = '';

beforeAll(() => {
  if (!existsSync(program)) throw new Error('apps/benchmark/dist/main.js is missing: build first.');
  folder = mkdtempSync(join(tmpdir(), 'tintype-quality-process-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built program; with `interruptAt` it gets a SIGINT as soon as stderr says so. */
function quality(args: string, interruptAt?: RegExp): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [
      program,
      'quality',
      ...args.split(' '),
      '--runs',
      join(folder, 'runs'),
    ]);
    let [stdout, stderr, isInterrupted] = ['', '', false];
    child.stdout.on('data', (data) => {
      stdout += data;
    });
    child.stderr.on('data', (data) => {
      stderr += data;
      if (isInterrupted || !interruptAt?.test(stderr)) return;
      isInterrupted = true;
      child.kill('SIGINT');
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

const readResults = (text: string) => v.parse(v.array(suiteResultSchema), JSON.parse(text));

test('a quick suite that is interrupted goes on, passes, breaks its control and is not run again', async () => {
  const command = '--all --suites vae-mnist --quick --json --threads 2';
  const stopped = await quality(command, /healthy: steps 1 …/);
  expect(stopped).toMatchObject({ code: 130, stdout: '' });

  const out = join(folder, 'deep', 'result.json');
  const { code, stdout, stderr } = await quality(`${command} --out ${out}`);
  expect(stderr).not.toMatch(/healthy: steps 1 …/);
  expect(code).toBe(0);
  const results = readResults(stdout);
  expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual(results);
  expect(results).toHaveLength(1);
  const { checks, pass, controls } = results[0]!;
  expect(pass).toBe(true);
  expect(checks.filter(({ kind }) => kind === 'D').length).toBeGreaterThan(0);
  for (const { name, kind, direction, value, threshold } of checks) {
    const isMet = direction === '<=' ? value! <= threshold! : value! >= threshold!;
    expect(isMet, name).toBe(kind === 'D' || 'monitor' in controls[name]!);
  }
  expect(checks.some(({ kind, name }) => kind === 'N' && 'breaks' in controls[name]!)).toBe(true);

  const again = await quality(command);
  expect(again.stderr).toContain('the result of seed 0 is whole');
  expect(again.stderr).not.toMatch(/: steps \d/);
  expect(readResults(again.stdout)).toEqual(results);
});

test('a suite that there is not ends with 2, the nearest name and nothing on stdout', async () => {
  const { code, stdout, stderr } = await quality('--suites vea-mnist');
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('The nearest is vae-mnist.');
});
