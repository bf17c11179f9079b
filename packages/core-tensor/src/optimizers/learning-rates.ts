import { assertIntegers, assertNonNegative, assertPositive } from './assert-hyperparameters.ts';
import type { LearningRateSchedule } from './optimizer.ts';

export interface LinearScheduleOptions {
  learningRate: number;
  /** Updates until the final rate is reached. */
  totalSteps: number;
  /** Updates at the full rate before the descent begins. @default 0 */
  constantSteps?: number;
  /** @default 0 */
  finalLearningRate?: number;
}

export interface CosineScheduleOptions {
  learningRate: number;
  /** Updates until the final rate is reached. */
  totalSteps: number;
  /** Waves in that time; one half ends at 0, more rise again. @default 0.5 */
  cycles?: number;
}

export interface StepScheduleOptions {
  learningRate: number;
  /** Updates between two cuts. */
  stepSize: number;
  /** Factor of each cut. @default 0.1 */
  decay?: number;
}

/** Always the same. */
export function constantSchedule(learningRate: number): LearningRateSchedule {
  assertPositive('constantSchedule', { learningRate });
  return () => learningRate;
}

/** Constant for `constantSteps`, then in a straight line to the final rate at `totalSteps`, where it stays. */
export function linearSchedule(options: LinearScheduleOptions): LearningRateSchedule {
  const { learningRate, totalSteps, constantSteps = 0, finalLearningRate = 0 } = options;
  const where = 'linearSchedule';
  assertPositive(where, { learningRate });
  assertNonNegative(where, { finalLearningRate });
  assertIntegers(where, { constantSteps }, 0);
  assertIntegers(where, { totalSteps }, constantSteps + 1);
  return (step) => {
    const progress = Math.min(1, Math.max(0, (step - constantSteps) / (totalSteps - constantSteps)));
    return learningRate + (finalLearningRate - learningRate) * progress;
  };
}

/**
 * Loshchilov & Hutter (2017), arXiv:1608.03983, as diffusers' get_scheduler('cosine') has it:
 * η · max(0, ½(1 + cos(2π · cycles · step/totalSteps))). It goes on beyond `totalSteps`, hence rises again there.
 */
export function cosineSchedule(options: CosineScheduleOptions): LearningRateSchedule {
  const { learningRate, totalSteps, cycles = 0.5 } = options;
  assertPositive('cosineSchedule', { learningRate, cycles });
  assertIntegers('cosineSchedule', { totalSteps }, 1);
  return (step) =>
    learningRate * Math.max(0, 0.5 * (1 + Math.cos(2 * Math.PI * cycles * (step / totalSteps))));
}

/** η · decay^⌊step / stepSize⌋. */
export function stepSchedule(options: StepScheduleOptions): LearningRateSchedule {
  const { learningRate, stepSize, decay = 0.1 } = options;
  assertPositive('stepSchedule', { learningRate, decay });
  assertIntegers('stepSchedule', { stepSize }, 1);
  return (step) => learningRate * decay ** Math.floor(step / stepSize);
}

/** From 0 in a straight line to the schedule's first rate in `warmUpSteps`; the schedule's own clock starts then. */
export function withWarmUp(warmUpSteps: number, schedule: LearningRateSchedule): LearningRateSchedule {
  assertIntegers('withWarmUp', { warmUpSteps }, 0);
  return (step) => (step < warmUpSteps ? schedule(0) * (step / warmUpSteps) : schedule(step - warmUpSteps));
}
