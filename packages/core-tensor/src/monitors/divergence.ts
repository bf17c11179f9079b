import type { Monitor, MonitorContext } from '../training/monitor.ts';
import { readOptions, type WatchOptions, watchRules, wholeFrom } from './monitor-options.ts';
import { createPatientMonitor, type Finding } from './patient-monitor.ts';
import { readScalar } from './read-scalar.ts';

export interface DivergenceOptions extends WatchOptions {
  /** Names of the losses in metrics events. @default every scalar called `total` or `loss`, of any phase */
  readonly scalars?: readonly string[];
  /** How far above its best smoothed value a loss may be, in multiples of its own size. @default 20 */
  readonly factor?: number;
  /** Share of the old value in the smoothed one, in [0, 1]. @default 0.8 */
  readonly smoothing?: number;
  /** Checks in a row with a growing loss that count as a run … @default 4 */
  readonly growingChecks?: number;
  /** … where they multiply it by this much. @default 100 */
  readonly growth?: number;
}

const advice = {
  nonFinite:
    'A logged value is NaN or infinite: go back to the last checkpoint, lower the learning rate or clip gradients.',
  aboveBest:
    'A loss has left its own range and does not come back: lower the learning rate or clip gradients.',
  growing:
    'A loss grows by orders of magnitude without pause: lower the learning rate, clip gradients, or bound the network.',
};

/** What one loss has done so far. */
interface Course {
  /** Of the first value. */
  readonly size: number;
  readonly best: number;
  readonly smoothed: number;
  /** |value| at the start of the run of growing checks, and the last one. */
  readonly growsFrom: number;
  readonly last: number;
  readonly growingChecks: number;
}

/**
 * Does a loss run away? Reads logged scalars alone, so a check costs microseconds. Reports, once `patience` checks in a
 * row agree, a value that is not finite; a smoothed loss above best + `factor` · max(|best|, |first| / 10), where |first| is
 * the larger of its own first value and that of the first loss logged, which no update came before; or |loss| that grew in each of `growingChecks` checks, `growth`-fold in all.
 * That floor lets a penalty
 * rise from nothing and a discriminator that was nearly perfect come back to chance. Defaults: interval 10
 * (as often as the loop reads anyway), patience 2. Throws `E_CONFIG` at the first check where no such scalar is logged.
 * The loop itself stops at the first NaN unless it is told to roll back.
 */
export function createDivergenceMonitor(options: DivergenceOptions = {}): Monitor {
  const where = 'createDivergenceMonitor';
  const rules = {
    ...watchRules(10, 2),
    factor: { default: 20, minimum: 1 },
    smoothing: { default: 0.8, maximum: 1 },
    growingChecks: wholeFrom(2, 4),
    growth: { default: 100, minimum: 1 },
  };
  const settings = readOptions(where, options, rules, { scalars: 'strings?' });
  const courses = new Map<string, Course>();

  return createPatientMonitor({ name: 'divergence', ...settings }, ({ values, firstValues }): Finding => {
    const nonFinite = Object.values(values).filter((value) => !Number.isFinite(value)).length;
    if (nonFinite > 0) return { evidence: { nonFinite }, advice: advice.nonFinite };
    const names = watched(where, options.scalars, values);
    for (const name of names) {
      const value = readScalar(where, values, name);
      const course = courses.get(name) ?? start(firstValues?.[name] ?? value);
      courses.set(name, follow(course, value, settings.smoothing));
    }
    const common = courses.get(names[0]!)!.size;
    const findings = names.map((name) => {
      const course = courses.get(name)!;
      const floor = Math.max(course.size / 10, common / 10, 1e-12);
      return judge(name, course, floor, settings);
    });
    return findings.find(({ advice }) => advice !== undefined) ?? findings[0]!;
  });
}

function watched(where: string, scalars: readonly string[] | undefined, values: MonitorContext['values']) {
  if (scalars) return scalars;
  const losses = Object.keys(values).filter((name) => /(^|\/)(total|loss)$/.test(name));
  if (losses.length === 0) readScalar(where, values, 'total');
  return losses;
}

function start(first: number): Course {
  const size = Math.abs(first);
  return { size, best: first, smoothed: first, growsFrom: size, last: size, growingChecks: 0 };
}

function follow({ smoothed: before, ...course }: Course, value: number, smoothing: number): Course {
  const smoothed = smoothing * before + (1 - smoothing) * value;
  const size = Math.abs(value);
  const isGrowing = size > course.last;
  return {
    size: course.size,
    best: Math.min(course.best, smoothed),
    smoothed,
    growsFrom: isGrowing ? course.growsFrom : size,
    last: size,
    growingChecks: isGrowing ? course.growingChecks + 1 : 0,
  };
}

function judge(
  name: string,
  { best, smoothed, growsFrom, last, growingChecks }: Course,
  floor: number,
  limits: { readonly factor: number; readonly growth: number; readonly growingChecks: number },
): Finding {
  const unit = Math.max(Math.abs(best), floor);
  const timesAboveBest = (smoothed - best) / unit;
  const growth = last / Math.max(growsFrom, floor);
  const evidence = { [name]: last, [`${name}: best`]: best, timesAboveBest, growth };
  const isGrowing = growingChecks >= limits.growingChecks && growth >= limits.growth;
  if (isGrowing) return { evidence, advice: advice.growing };
  return { evidence, advice: timesAboveBest > limits.factor ? advice.aboveBest : undefined };
}
