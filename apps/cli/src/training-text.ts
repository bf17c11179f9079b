import { describeRate } from './progress.ts';
import type { TrainingReport } from './training.ts';

/** What a reader wants to know at the end. */
export function describeTraining(report: TrainingReport): string {
  const { run, steps, totalSteps, backend, device, reason, losses, stepsPerSecond, outputs } = report;
  const last = Object.entries(losses).map(([name, curve]) => `${name} ${curve.at(-1)![1].toPrecision(5)}`);
  return [
    `${report.recipe}: ${steps} of ${totalSteps} steps${report.isInterrupted ? ' (interrupted)' : ''}`,
    `backend     ${backend} (${device}): ${reason}`,
    `rate        ${describeRate(stepsPerSecond)}`,
    ...(last.length > 0 ? [`losses      ${last.join('  ')}`] : []),
    `run         ${run}`,
    ...(outputs.checkpoint ? [`checkpoint  ${outputs.checkpoint}`] : []),
    ...(outputs.samples.length > 0 ? [`samples     ${outputs.samples.at(-1)}`] : []),
    ...(outputs.film ? [`film        ${outputs.film}`] : []),
    `metrics     ${outputs.metrics}`,
    ...(report.isInterrupted ? [`continue    tintype resume ${run}`] : []),
  ].join('\n');
}
