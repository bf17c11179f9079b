import { type Model, type Monitor, trainLoop } from '@tintype/core-tensor';
import type { SuiteContext } from '../../quality-suite.ts';
import type { TrainedModel } from '../../trained-model.ts';

const timedSteps = 15;
const timedChecks = 3;

export interface MonitorCost {
  /** Time of a step without monitors. */
  readonly stepMs: number;
  /** Time of the monitors at their intervals ÷ time of the steps between, in [0, 1]. */
  readonly share: number;
  /** The same if each looked after every step. */
  readonly shareAtEveryStep: number;
  /** Time of one check by monitor. */
  readonly checkMs: Readonly<Record<string, number>>;
}

/** What a recipe's own monitors cost, medians on the trained model; the first of each is not counted. It trains a few steps more. */
export async function measureMonitorCost<Config extends object, M extends Model, Options extends object>(
  { recipe, created, config, totalSteps, rng, losses, withRawWeights }: TrainedModel<Config, M, Options>,
  { files, signal }: SuiteContext,
): Promise<MonitorCost> {
  return withRawWeights(async () => {
    const batches = await recipe.data({ files, config, batchSize: recipe.batchSize, rng: rng.fork('data') });
    const steps = totalSteps + timedSteps;
    const loop = { steps, startStep: totalSteps, rng, signal, logEvery: 1 };
    const times: number[] = [];
    let last = performance.now();
    for await (const { type } of trainLoop(created.trainStep, batches, loop)) {
      if (type !== 'metrics') continue;
      times.push(performance.now() - last);
      last = performance.now();
    }
    const values = Object.fromEntries(
      Object.entries(losses).map(([name, course]) => [name, course.at(-1)![1]]),
    );
    const monitors = await recipe.monitors(created, { files, config });
    const stepMs = median(times.slice(1));
    const checkMs: Record<string, number> = {};
    try {
      for (const monitor of monitors)
        checkMs[monitor.name] = await timeChecks(monitor, { step: steps, values, rng });
    } finally {
      for (const { dispose } of monitors) dispose?.();
    }
    const spent = (every: (monitor: Monitor) => number) =>
      monitors.reduce((sum, monitor) => sum + checkMs[monitor.name]! / every(monitor), 0) / stepMs;
    return { stepMs, share: spent(({ interval }) => interval), shareAtEveryStep: spent(() => 1), checkMs };
  });
}

async function timeChecks(monitor: Monitor, context: Parameters<Monitor['check']>[0]): Promise<number> {
  const times: number[] = [];
  for (let check = 0; check <= timedChecks; check++) {
    const start = performance.now();
    await monitor.check({ ...context, rng: context.rng.fork(check) });
    times.push(performance.now() - start);
  }
  return median(times.slice(1));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
