/** Counts the time that steps take: previews, saves and the consumer's own time between steps stay out. */
export interface StepClock {
  start(): void;
  stop(): void;
  /** Forgets the time since the last reading and goes on from another step. */
  restart(step: number): void;
  /** Rate since the reading before; never negative, since the clock is monotonic. */
  stepsPerSecond(step: number): number;
}

export function createStepClock(startStep: number): StepClock {
  let elapsedMs = 0;
  let startedAt = 0;
  let lastStep = startStep;
  return {
    start: () => {
      startedAt = performance.now();
    },
    stop: () => {
      elapsedMs += performance.now() - startedAt;
    },
    restart: (step) => {
      lastStep = step;
      elapsedMs = 0;
    },
    stepsPerSecond: (step) => {
      const rate = elapsedMs > 0 ? ((step - lastStep) * 1000) / elapsedMs : 0;
      lastStep = step;
      elapsedMs = 0;
      return rate;
    },
  };
}
