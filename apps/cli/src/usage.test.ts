import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli } from './tiny-recipe.test-support.ts';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tintype-cli-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

test.each([
  [[], 'A command is missing'],
  [['trian', 'tiny'], 'The nearest is train'],
  [['train'], 'RECIPE is missing'],
  [['train', 'tyni'], 'The nearest is tiny'],
  [['train', 'tiny', '--setps', '3'], 'The nearest is --steps'],
  [['train', 'tiny', '--steps', '0'], 'at least 1'],
  [['train', 'tiny', '--set', 'leraningRate=1'], 'The nearest is learningRate'],
  [['train', 'tiny', '--set', 'batchSize=0'], 'batchSize'],
  [['train', 'tiny', '--backend', 'gpu'], 'webgpu, wasm, cpu'],
  [['train', 'tiny', '--seed', '1.5', '--backend', 'wasm'], 'seed'],
  [['train', 'tiny', '--set', 'latentDim=0', '--backend', 'wasm'], 'latentDim'],
])('%j exits with 2', async (args, message) => {
  const out = args.includes('tiny') ? ['--out', join(root, 'run')] : [];
  const { code, notes } = await cli([...args, ...out]);
  expect(notes).toContain(message);
  expect(code).toBe(2);
});

test('--help tells of every flag and runs nothing', async () => {
  const { code, out } = await cli(['train', '--help']);
  expect(code).toBe(0);
  for (const flag of [
    'steps',
    'data',
    'log-every',
    'set',
    'force',
    'json',
    'seed',
    'backend',
    'threads',
    'out',
  ]) {
    expect(out.join('\n')).toContain(`--${flag}`);
  }
  expect((await cli(['--help'])).out.join('\n')).toContain('resume');
});

test.each([
  ['reconstruct', ['data', 'count', 'first-index']],
  ['interpolate', ['data', 'steps', 'count', 'from', 'to']],
  ['export', ['to', 'raw', 'force']],
  ['import', ['set', 'force']],
])('%s --help tells of its flags and those of all commands', async (command, flags) => {
  const { code, out } = await cli([command, '--help']);
  expect(code).toBe(0);
  for (const flag of [...flags, 'json', 'seed', 'backend', 'threads', 'deterministic', 'out'])
    expect(out.join('\n')).toContain(`--${flag}`);
  expect((await cli(['--help'])).out.join('\n')).toContain(command);
});
