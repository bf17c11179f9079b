import { spawnSync } from 'node:child_process';
import type { Provenance } from './speed/make-records.ts';

/** The commit of the checkout, marked where files differ from it, and the time. */
export function readProvenance(now = new Date()): Provenance {
  const git = (...args: string[]) => spawnSync('git', args, { encoding: 'utf8', cwd: import.meta.dirname });
  const { status, stdout } = git('rev-parse', '--short=12', 'HEAD');
  const isClean = git('diff', '--quiet', 'HEAD').status === 0;
  const commit = status === 0 ? `${stdout.trim()}${isClean ? '' : '+'}` : 'unknown';
  return { commit, date: now.toISOString() };
}
