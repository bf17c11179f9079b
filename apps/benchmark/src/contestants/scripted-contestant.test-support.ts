import type { Contestant } from './contestant.ts';
import type { OpenReply, TimeReply } from './protocol.ts';

export interface Script {
  readonly name: string;
  /** Every call, in order, of all contestants that share the list. */
  readonly log?: string[];
  readonly open?: Partial<OpenReply> | Error;
  /** Answers of `time`, in order; the last one again and again. */
  readonly times: readonly (TimeReply | Error)[];
}

/** A contestant that answers what it is told to. */
export function createScriptedContestant({ name, log = [], open = {}, times }: Script): Contestant {
  let turn = 0;
  return {
    name,
    open: async () => {
      log.push(`${name} open`);
      if (open instanceof Error) throw open;
      const reply = { engine: name, backend: 'wasm', device: 'test', threads: 1, check: { loss: 1 } };
      return { ...reply, ...open };
    },
    time: async (calls) => {
      log.push(`${name} ${calls}`);
      const answer = times[Math.min(turn++, times.length - 1)]!;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    memory: async () => ({ heapBytes: 5e8 }),
    profile: async () => ({ milliseconds: 0, rows: [] }),
    close: async () => void log.push(`${name} close`),
  };
}
