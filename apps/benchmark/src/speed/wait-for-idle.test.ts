import { expect, test } from 'vitest';
import { type ProcessorTimes, parseProcStat, waitForIdle } from './wait-for-idle.ts';

/** Processor times that are busy by these shares, one second after the other. */
function machine(...shares: number[]): () => ProcessorTimes {
  const now = { busy: 0, total: 0 };
  return () => {
    const seen = { ...now };
    now.total += 100;
    now.busy += 100 * (shares.shift() ?? 0);
    return seen;
  };
}

test('waits through busy seconds and ends with the first idle one', async () => {
  let pauses = 0;
  const pause = async () => void pauses++;
  expect(await waitForIdle({ timeoutMs: 60_000, read: machine(0.9, 0.5, 0.05), pause })).toBeCloseTo(0.05);
  expect(pauses).toBe(3);
});

test('goes on after the longest wait and tells how busy it was', async () => {
  const read = machine(...Array.from({ length: 99 }, () => 0.9));
  expect(await waitForIdle({ timeoutMs: 5000, read, pause: async () => {} })).toBeCloseTo(0.9);
});

test('does not wait where the system does not tell, or where it may not', async () => {
  const pause = () => expect.unreachable();
  expect(await waitForIdle({ timeoutMs: 5000, read: () => undefined, pause })).toBeUndefined();
  expect(await waitForIdle({ timeoutMs: 0, read: machine(0.9), pause })).toBeUndefined();
});

test('idle and waiting for a disk are not busy', () => {
  expect(parseProcStat('cpu  10 1 5 80 4 0 0 0 0 0\ncpu0 1 1 1 1')).toEqual({ busy: 16, total: 100 });
});
