import { createRunFolder, type Storage, type TrainEvent, type VerdictEvent } from '@tintype/core-tensor';

/** What a training said, kept beside its checkpoints so that one in two parts says what one in one part does. */
export interface TrainingLog {
  add(event: TrainEvent): Promise<void>;
  /** Forgets what came after the checkpoint that a training goes on from. */
  dropAfter(step: number): Promise<void>;
  verdicts(): Promise<readonly VerdictEvent[]>;
  /** By name: [step, value]. */
  losses(): Promise<Readonly<Record<string, readonly (readonly [number, number])[]>>>;
}

const verdictsFile = 'verdicts.jsonl';

export function createTrainingLog(storage: Storage): TrainingLog {
  const folder = createRunFolder(storage);

  async function verdicts(): Promise<readonly VerdictEvent[]> {
    if (!(await storage.exists(verdictsFile))) return [];
    const text = new TextDecoder().decode(await storage.read(verdictsFile));
    return text.split('\n').flatMap(readLine);
  }

  return {
    async add(event) {
      if (event.type === 'metrics') await folder.logMetrics(event.step, event.values);
      if (event.type === 'verdict') await storage.append(verdictsFile, line(event));
    },
    async dropAfter(step) {
      await folder.dropMetricsAfter(step);
      const kept = (await verdicts()).filter((verdict) => verdict.step <= step);
      await storage.write(verdictsFile, new TextEncoder().encode(kept.map(toLine).join('')));
    },
    verdicts,
    async losses() {
      const curves: Record<string, [number, number][]> = {};
      for (const { step, ...values } of await folder.readMetrics()) {
        for (const [name, value] of Object.entries(values)) {
          curves[name] ??= [];
          curves[name].push([step, value ?? Number.NaN]);
        }
      }
      return curves;
    },
  };
}

function line(event: VerdictEvent): Uint8Array {
  return new TextEncoder().encode(toLine(event));
}

function toLine(event: VerdictEvent): string {
  return `${JSON.stringify(event)}\n`;
}

/** A line that a kill cut short is left out: its step comes again. */
function readLine(text: string): VerdictEvent[] {
  try {
    return text === '' ? [] : [JSON.parse(text)];
  } catch {
    return [];
  }
}
