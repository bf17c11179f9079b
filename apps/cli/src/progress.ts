import type { Terminal } from './terminal.ts';

/** Shows how far a training is: a bar drawn over itself on a terminal, a line every few seconds elsewhere. */
export interface Progress {
  /** Steps completed so far. */
  at(step: number): void;
  /** The latest scalars, shown beside the rate. */
  show(values: Readonly<Record<string, number>>): void;
  /** Ends the bar's line. */
  end(): void;
}

const barWidth = 24;
const barIntervalMs = 100;
const lineIntervalMs = 5000;
/** The rate is that of about the last so many milliseconds. */
const rateWindowMs = 20_000;

export function createProgress(terminal: Terminal, startStep: number, steps: number): Progress {
  const history: { at: number; step: number }[] = [{ at: performance.now(), step: startStep }];
  let shownAt = Number.NEGATIVE_INFINITY;
  let scalars = '';
  let isBarOpen = false;

  const draw = (step: number) => {
    const rate = rateOf(history);
    const parts = [
      `${step}/${steps}`,
      describeRate(rate),
      `ETA ${describeSeconds((steps - step) / rate)}`,
      scalars,
    ];
    const text = parts.filter((part) => part !== '').join('  ');
    if (!terminal.isInteractive) return terminal.note(`${text}\n`);
    const filled = Math.round((barWidth * step) / Math.max(1, steps));
    const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
    terminal.note(`\r${bar} ${text}\u001B[K`);
    isBarOpen = true;
  };

  return {
    at: (step) => {
      const now = performance.now();
      history.push({ at: now, step });
      while (history.length > 2 && now - history[1]!.at > rateWindowMs) history.shift();
      const interval = terminal.isInteractive ? barIntervalMs : lineIntervalMs;
      if (now - shownAt < interval && step < steps) return;
      shownAt = now;
      draw(step);
    },
    show: (values) => {
      scalars = Object.entries(values)
        .slice(0, 4)
        .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
        .join('  ');
    },
    end: () => {
      if (isBarOpen) terminal.note('\n');
      isBarOpen = false;
    },
  };
}

function rateOf(history: readonly { at: number; step: number }[]): number {
  const [first, last] = [history[0]!, history.at(-1)!];
  const seconds = (last.at - first.at) / 1000;
  return seconds > 0 ? (last.step - first.step) / seconds : 0;
}

export function describeRate(stepsPerSecond: number): string {
  if (!(stepsPerSecond > 0)) return '– steps/s';
  return stepsPerSecond >= 1
    ? `${stepsPerSecond.toFixed(1)} steps/s`
    : `${(1 / stepsPerSecond).toFixed(1)} s/step`;
}

/** `1:02:03`, `2:03`, or `–` where it cannot be known. */
export function describeSeconds(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '–';
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const padded = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${padded(minutes)}:${padded(whole % 60)}` : `${minutes}:${padded(whole % 60)}`;
}
