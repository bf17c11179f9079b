import { readFileSync } from 'node:fs';

/** Busy and total time of all processors since the start, in ticks. */
export interface ProcessorTimes {
  readonly busy: number;
  readonly total: number;
}

export interface IdleOptions {
  /** Longest wait; 0 does not wait at all. */
  readonly timeoutMs: number;
  /** @default /proc/stat; undefined where there is none */
  readonly read?: () => ProcessorTimes | undefined;
  /** @default a timer */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

const idleShare = 0.08;
const windowMs = 1000;

/**
 * Waits until processors were busy for less than 8 % of a second. Gives the share that was last seen, undefined where
 * the system does not tell, and goes on after the longest wait.
 */
export async function waitForIdle(options: IdleOptions): Promise<number | undefined> {
  const { timeoutMs, read = readProcStat, pause = sleep } = options;
  let before = read();
  let share: number | undefined;
  for (let waited = 0; before !== undefined && waited < timeoutMs; waited += windowMs) {
    await pause(windowMs);
    const now = read();
    if (now === undefined) return undefined;
    share = (now.busy - before.busy) / Math.max(1, now.total - before.total);
    if (share < idleShare) return share;
    before = now;
  }
  return share;
}

function readProcStat(): ProcessorTimes | undefined {
  try {
    return parseProcStat(readFileSync('/proc/stat', 'utf8'));
  } catch {
    return undefined;
  }
}

/** The first line: user, nice, system, idle, iowait, irq, softirq, steal. */
export function parseProcStat(text: string): ProcessorTimes {
  const ticks = text.split('\n')[0]!.trim().split(/\s+/).slice(1, 9).map(Number);
  const total = ticks.reduce((sum, tick) => sum + tick, 0);
  return { busy: total - (ticks[3] ?? 0) - (ticks[4] ?? 0), total };
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
