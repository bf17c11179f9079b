import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createProgress, describeRate, describeSeconds } from './progress.ts';

function createTerminal(isInteractive: boolean) {
  const notes: string[] = [];
  return { notes, out: () => {}, note: (text: string) => void notes.push(text), isInteractive };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

test('elsewhere than on a terminal a plain line comes every five seconds and at the end', () => {
  const terminal = createTerminal(false);
  const progress = createProgress(terminal, 0, 100);
  for (let step = 1; step <= 100; step++) {
    vi.advanceTimersByTime(100);
    if (step === 40) progress.show({ total: 1.23456 });
    progress.at(step);
  }
  expect(terminal.notes).toEqual([
    '1/100  10.0 steps/s  ETA 0:10\n',
    '51/100  10.0 steps/s  ETA 0:05  total 1.235\n',
    '100/100  10.0 steps/s  ETA 0:00  total 1.235\n',
  ]);
});

test('on a terminal a bar is drawn over itself and its line ended once', () => {
  const terminal = createTerminal(true);
  const progress = createProgress(terminal, 50, 100);
  vi.advanceTimersByTime(1000);
  progress.at(75);
  progress.end();
  progress.end();
  expect(terminal.notes).toEqual([
    `\r${'█'.repeat(18)}${'░'.repeat(6)} 75/100  25.0 steps/s  ETA 0:01\u001B[K`,
    '\n',
  ]);
});

test('before the first step neither rate nor time is made up', () => {
  const terminal = createTerminal(false);
  createProgress(terminal, 0, 10).at(0);
  expect(terminal.notes).toEqual(['0/10  – steps/s  ETA –\n']);
});

test('rates and times in words', () => {
  expect(describeRate(0.25)).toBe('4.0 s/step');
  expect(describeRate(Number.NaN)).toBe('– steps/s');
  expect(describeSeconds(3723)).toBe('1:02:03');
  expect(describeSeconds(-5)).toBe('–');
});
