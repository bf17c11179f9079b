import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCheckpointStore } from '../checkpoint/checkpoint-store.ts';
import { decodeSafetensors } from '../checkpoint/safetensors-decode.ts';
import { toFloat32 } from '../checkpoint/safetensors-values.ts';
import { bundleForNode } from './bundle-for-node.test-support.ts';
import { createFileStorage } from './file-storage.ts';

export interface KillReport {
  readonly rounds: number;
  /** Rounds after which the latest checkpoint was no whole checkpoint. */
  readonly corrupt: number;
  /** Rounds after which a temporary file or folder lay about. */
  readonly leftovers: number;
  /** The step of the latest checkpoint at the end. */
  readonly lastStep: number;
}

/**
 * Lets a child process save without end and kills it with SIGKILL after a random time, again and again in one folder.
 * After each kill the latest checkpoint is read as the next process would read it.
 */
export async function killRounds(mode: 'durable' | 'plain', rounds: number): Promise<KillReport> {
  const scratch = await mkdtemp(join(tmpdir(), 'tintype-kill-'));
  try {
    const program = await bundleForNode(new URL('./save-for-ever.test-support.ts', import.meta.url), scratch);
    const root = await mkdtemp(join(scratch, 'run-'));
    const counts = { corrupt: 0, leftovers: 0 };
    let lastStep = 0;
    for (let round = 0; round < rounds; round += 1) {
      // A low-discrepancy sequence covers the 40 ms after a save evenly.
      const saved = await saveUntilKilled(program, root, mode, lastStep + 1, ((round * 0.618034) % 1) * 40);
      const leftovers = (await readdir(root)).filter((name) => name.startsWith('.'));
      counts.leftovers += leftovers.length > 0 ? 1 : 0;
      const step = mode === 'durable' ? await readDurable(root) : await readPlain(root);
      if (step === undefined || step < saved) counts.corrupt += 1;
      lastStep = Math.max(saved, step ?? 0);
    }
    return { rounds, ...counts, lastStep };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Gives the last step that the child said was saved. */
async function saveUntilKilled(
  program: string,
  root: string,
  mode: string,
  firstStep: number,
  delayMs: number,
) {
  const child = spawn(process.execPath, [program, root, mode, String(firstStep)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const exited = once(child, 'close');
  await once(child.stdout, 'data');
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  child.kill('SIGKILL');
  await exited;
  return Number(said.trim().split('\n').at(-1));
}

async function readDurable(root: string): Promise<number | undefined> {
  const warnings: string[] = [];
  const store = createCheckpointStore(createFileStorage(root), { onWarning: (text) => warnings.push(text) });
  const latest = await store.readLatest().catch(() => undefined);
  if (latest === undefined || warnings.length > 0) return undefined;
  return isFilledWith(latest.files, latest.step) ? latest.step : undefined;
}

async function readPlain(root: string): Promise<number | undefined> {
  const storage = createFileStorage(root);
  try {
    const { step } = JSON.parse(new TextDecoder().decode(await storage.read('latest.json'))) as {
      step: number;
    };
    const names = ['model.safetensors', 'ema.safetensors', 'optimizer.safetensors'];
    const files = await Promise.all(names.map(async (name) => [name, await storage.read(name)] as const));
    return isFilledWith(new Map(files), step) ? step : undefined;
  } catch {
    return undefined;
  }
}

function isFilledWith(files: ReadonlyMap<string, Uint8Array>, step: number): boolean {
  return [...files].every(([name, bytes]) => {
    try {
      return toFloat32(decodeSafetensors(bytes, name).get('w')!).every((value) => value === step);
    } catch {
      return false;
    }
  });
}
