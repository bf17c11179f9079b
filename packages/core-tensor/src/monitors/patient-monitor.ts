import type { Monitor, MonitorContext } from '../training/monitor.ts';

export interface Finding {
  readonly evidence: Readonly<Record<string, number>>;
  /** What to do; nothing where all is well. */
  readonly advice?: string | undefined;
}

export interface PatientMonitorOptions {
  /** The verdict's name. */
  readonly name: string;
  readonly interval: number;
  readonly patience: number;
  readonly fromStep: number;
}

/**
 * A monitor that reports what `patience` checks in a row have found, and after as many again if it goes on. A check
 * that an abort interrupts finds nothing. What it remembers is the count alone.
 */
export function createPatientMonitor(
  { name, interval, patience, fromStep }: PatientMonitorOptions,
  look: (context: MonitorContext) => Finding | Promise<Finding>,
  dispose?: () => void,
): Monitor {
  let found = 0;
  return {
    name,
    interval,
    async check(context) {
      if (context.step < fromStep) return undefined;
      const { evidence, advice } = await lookUnlessAborted(look, context);
      found = advice === undefined ? 0 : found + 1;
      if (advice === undefined || found < patience) return undefined;
      found = 0;
      return { verdict: name, evidence, advice };
    },
    ...(dispose && { dispose }),
  };
}

async function lookUnlessAborted(
  look: (context: MonitorContext) => Finding | Promise<Finding>,
  context: MonitorContext,
): Promise<Finding> {
  try {
    return await look(context);
  } catch (error) {
    if (context.signal?.aborted) return { evidence: {} };
    throw error;
  }
}
