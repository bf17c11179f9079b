import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseJsonConfig, readCheckpoint, type Storage, TintypeError } from '@tintype/core-tensor';
import { createFileStorage } from '@tintype/core-tensor/node';
import { type ArgsDef, defineCommand } from 'citty';
import type { Command, CommandContext, CommandResult } from '../command.ts';
import { commonFlags } from '../flags.ts';
import { readRecord } from '../run-record.ts';

const flags = {
  run: { type: 'positional', description: 'The run folder' },
  ...commonFlags,
} as const satisfies ArgsDef;

export const inspectCommand: Command = {
  definition: defineCommand({
    meta: { name: 'inspect', description: 'Show what a run folder holds; nothing in it is executed' },
    args: flags as ArgsDef,
  }),
  flags,
  run,
};

interface FoundFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Files above this are listed without their hash. */
const hashedBytes = 4 * 2 ** 30;

async function run({ flags, terminal }: CommandContext): Promise<CommandResult> {
  const run = flags.positionals[0]!;
  await assertFolder(run);
  const storage = createFileStorage(run);
  const problems: string[] = [];
  const attempt = <T>(work: Promise<T>): Promise<T | undefined> =>
    work.catch((error: unknown) => {
      problems.push(error instanceof Error ? error.message : String(error));
      return undefined;
    });

  const onWarning = (message: string) => void problems.push(message);
  const record = await attempt(readRecord(storage, run));
  const checkpoint = await attempt(readCheckpoint(storage, undefined, { onWarning }));
  const lastMetrics = await attempt(readLastMetrics(storage));
  const report = {
    run,
    recipe: record?.recipe,
    system: record?.system,
    seed: record?.seed,
    steps: checkpoint?.step,
    totalSteps: record?.steps,
    parameters: checkpoint && countNumbers(checkpoint.tensors.get('model')),
    tensors:
      checkpoint && Object.fromEntries([...checkpoint.tensors].map(([file, { size }]) => [file, size])),
    config: record?.config,
    backend: record?.backend,
    versions: record?.versions,
    lastMetrics,
    files: await listFiles(run),
    problems,
  };
  const out = flags.text('out');
  if (out !== undefined) {
    await writeFile(out, `${JSON.stringify(report, null, 2)}\n`);
    terminal.note(`written to ${out}\n`);
  }
  return { report, text: describe(report) };
}

async function assertFolder(run: string): Promise<void> {
  const found = await lstat(run).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new TintypeError('E_NO_RUN', { where: run, what: 'there is no such folder' });
}

function countNumbers(tensors: ReadonlyMap<string, { shape: readonly number[] }> | undefined): number {
  const sizes = [...(tensors?.values() ?? [])].map(({ shape }) =>
    shape.reduce((product, side) => product * side, 1),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Regular files only: links are listed by nobody, followed by nobody. */
async function listFiles(run: string): Promise<FoundFile[]> {
  const entries = await readdir(run, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = paths.sort().map(async (path) => {
    const { size } = await lstat(path);
    const hash =
      size > hashedBytes
        ? ''
        : createHash('sha256')
            .update(await readFile(path))
            .digest('hex');
    return { path: relative(run, path), bytes: size, sha256: hash };
  });
  return Promise.all(files);
}

/** The last line that is whole: a killed process may have left half of one. */
async function readLastMetrics(storage: Storage): Promise<unknown> {
  if (!(await storage.exists('metrics.jsonl'))) return undefined;
  const lines = new TextDecoder()
    .decode(await storage.read('metrics.jsonl'))
    .trim()
    .split('\n');
  for (const line of lines.reverse()) {
    try {
      return parseJsonConfig(line, 'metrics.jsonl');
    } catch {
      // Half a line: the one before it counts.
    }
  }
  return undefined;
}

interface Report {
  readonly run: string;
  readonly recipe?: string | undefined;
  readonly seed?: string | undefined;
  readonly steps?: number | undefined;
  readonly totalSteps?: number | undefined;
  readonly parameters?: number | undefined;
  readonly backend?: { readonly name: string; readonly reason: string } | undefined;
  readonly lastMetrics?: unknown;
  readonly files: readonly FoundFile[];
  readonly problems: readonly string[];
}

function describe(report: Report): string {
  const { run, recipe, seed, steps, totalSteps, parameters, backend, lastMetrics, files, problems } = report;
  return [
    `run         ${run}`,
    `recipe      ${recipe ?? 'unknown'}`,
    `seed        ${printable(seed ?? 'unknown')}`,
    `steps       ${steps ?? 'none saved'} of ${totalSteps ?? 'unknown'}`,
    `parameters  ${parameters?.toLocaleString('en') ?? 'unknown'}`,
    `backend     ${backend ? `${backend.name}: ${backend.reason}` : 'unknown'}`,
    `metrics     ${lastMetrics === undefined ? 'none' : printable(JSON.stringify(lastMetrics))}`,
    ...files.map(
      ({ path, bytes, sha256 }) =>
        `${sha256.slice(0, 16).padEnd(16)}  ${String(bytes).padStart(10)}  ${printable(path)}`,
    ),
    ...problems.map((problem) => `problem     ${printable(problem)}`),
  ].join('\n');
}

/** Control characters in names and labels must not reach the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '·');
}
