import {
  argumentsWord,
  chunkBits,
  chunksWord,
  closedChunk,
  doneWord,
  grainWord,
  itemsWord,
  kernelWord,
  sleepersWord,
  ticketWord,
} from './control-words.ts';
import type { Kernel } from './kernel.ts';

/** A job as all threads see it. */
export interface SharedJob {
  /** Its place in the module's exports. */
  readonly kernel: number;
  readonly args: number;
  readonly items: number;
  readonly grain: number;
}

/** The main thread's side of the control block. */
export interface JobBoard {
  /** Offers a job to the workers and takes chunks beside them. Gives how many of its chunks workers took. */
  run(job: SharedJob, kernel: Kernel, scratch: number, waitForWorkers: (chunks: number) => void): void;
}

const mostChunks = closedChunk - 1;
const sequenceMask = 2 ** (32 - chunkBits) - 1;

export function createJobBoard(control: Int32Array): JobBoard {
  let sequence = 0;
  control[ticketWord] = closedChunk;

  /** While the fields change the ticket is closed, so that no worker can take a chunk of half a job. */
  function publish({ kernel, args, items }: SharedJob, grain: number, chunks: number): void {
    sequence = (sequence + 1) & sequenceMask;
    close();
    control[kernelWord] = kernel;
    control[argumentsWord] = args;
    control[itemsWord] = items;
    control[grainWord] = grain;
    control[chunksWord] = chunks;
    Atomics.store(control, doneWord, 0);
    Atomics.store(control, ticketWord, sequence << chunkBits);
    if (Atomics.load(control, sleepersWord) > 0) Atomics.notify(control, ticketWord, chunks - 1);
  }

  /** Nothing can be taken any more. Gives the ticket that was next. */
  function close(): number {
    return Atomics.exchange(control, ticketWord, (sequence << chunkBits) | closedChunk);
  }

  /** The next chunk, or `chunks` when all are taken. */
  function take(chunks: number): number {
    for (;;) {
      const ticket = Atomics.load(control, ticketWord);
      const chunk = ticket & closedChunk;
      if (chunk >= chunks) return chunks;
      if (Atomics.compareExchange(control, ticketWord, ticket, ticket + 1) === ticket) return chunk;
    }
  }

  return {
    run(job, kernel, scratch, waitForWorkers) {
      const { args, items } = job;
      const grain = Math.max(job.grain, Math.ceil(items / mostChunks));
      const chunks = Math.ceil(items / grain);
      publish(job, grain, chunks);
      let own = 0;
      try {
        for (let chunk = take(chunks); chunk < chunks; chunk = take(chunks)) {
          own++;
          kernel(args, chunk * grain, Math.min((chunk + 1) * grain, items), scratch);
        }
      } finally {
        // A kernel that threw here leaves chunks that nobody took; those that workers took must end either way.
        const taken = Math.min(close() & closedChunk, chunks);
        waitForWorkers(taken - own);
      }
    },
  };
}
