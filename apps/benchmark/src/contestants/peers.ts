import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createChildContestant } from './child-contestant.ts';
import { createChromiumContestant } from './chromium-contestant.ts';
import type { Contestant } from './contestant.ts';

export const peerNames = ['pytorch', 'lowered', 'jax-js', 'chromium', 'chromium-isolated'] as const;
export type PeerName = (typeof peerNames)[number];

export interface ContestantOptions {
  readonly timeoutMs: number;
  /** A Python with torch, numpy and safetensors. */
  readonly python?: string;
  readonly threads: number;
  readonly note: (text: string) => void;
}

/** Built beside this module. */
const besideThis = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url));

/** Our own kernels. */
export function createTintype({ timeoutMs, note }: ContestantOptions): Contestant {
  return createChildContestant('tintype', {
    command: process.execPath,
    args: [besideThis('tintype-worker.js')],
    timeoutMs,
    note,
  });
}

const creators: Readonly<Record<PeerName, (options: ContestantOptions) => Contestant>> = {
  pytorch: ({ python = 'python3', threads, timeoutMs, note }) =>
    createChildContestant('pytorch', {
      command: python,
      args: ['-u', join(appFolder(), 'peers', 'pytorch', 'main.py')],
      environment: { OMP_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads) },
      timeoutMs,
      note,
    }),
  lowered: ({ timeoutMs, note }) =>
    createChildContestant('lowered', {
      command: process.execPath,
      args: [besideThis('tintype-worker.js'), '--lowered'],
      timeoutMs,
      note,
    }),
  'jax-js': ({ timeoutMs, note }) =>
    createChildContestant('jax-js', {
      command: process.execPath,
      args: [besideThis('jax-js-worker.js')],
      timeoutMs,
      note,
    }),
  chromium: chromium('chromium', false),
  'chromium-isolated': chromium('chromium-isolated', true),
};

function chromium(name: string, isIsolated: boolean) {
  return ({ timeoutMs }: ContestantOptions) =>
    createChromiumContestant(name, { root: appFolder(), isIsolated, timeoutMs });
}

export function createPeer(name: PeerName, options: ContestantOptions): Contestant {
  return creators[name](options);
}

/** The folder that holds `peers` and `page`: above the sources and above the build alike. */
function appFolder(): string {
  const candidates = ['..', '../..'].map(besideThis);
  return candidates.find((folder) => existsSync(join(folder, 'peers'))) ?? candidates[0]!;
}
