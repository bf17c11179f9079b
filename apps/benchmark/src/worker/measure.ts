import type { Task } from './task.ts';

/** Milliseconds of one call. */
export async function measure(task: Task, now: () => number): Promise<number> {
  if (task.measure) return task.measure(now);
  const start = now();
  await task.run();
  return now() - start;
}
