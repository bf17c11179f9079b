import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTintype } from '../contestants/peers.ts';
import type { ProfileReply } from '../contestants/protocol.ts';
import type { Terminal } from '../terminal.ts';
import { askedCases } from './run-speed.ts';
import type { SpeedOptions } from './speed-options.ts';

export interface CaseProfile extends ProfileReply {
  readonly suite: string;
  readonly system: string;
  readonly threads: number;
  readonly calls: number;
}

/** Time by kernel of every asked-for row, over as many calls as there are rounds. */
export async function runProfile(options: SpeedOptions, terminal: Terminal): Promise<CaseProfile[]> {
  const { threads, timeout, clock, rounds: calls } = options;
  const profiles: CaseProfile[] = [];
  for (const [suite, cases] of askedCases(options)) {
    const ours = createTintype({ threads, timeoutMs: timeout * 1000, note: terminal.note });
    const folder = mkdtempSync(join(tmpdir(), 'tintype-bench-'));
    try {
      for (const { system, workload, warmUpCalls } of cases) {
        const opened = await ours.open({ workload, threads, folder, isFirst: true });
        await ours.time(warmUpCalls, clock);
        profiles.push({
          suite,
          system,
          threads: opened.threads,
          calls,
          ...(await ours.profile(calls, clock)),
        });
      }
    } finally {
      await ours.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return profiles;
}
