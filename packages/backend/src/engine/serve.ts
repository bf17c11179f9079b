import {
  argumentsWord,
  chunksWord,
  closedChunk,
  doneWord,
  failureLength,
  failureStart,
  failureWord,
  grainWord,
  itemsWord,
  kernelWord,
  mainSleepsWord,
  sleepersWord,
  ticketWord,
} from './control-words.ts';
import type { Kernel } from './kernel.ts';

/** Some tens of microseconds, the usual pause between two jobs of a training step. */
const mostSpins = 20_000;
const fewestSpins = 200;
/** A sleep that ended so soon would better have been spun through. */
const shortPauseMs = 0.25;

/** What a worker does all its life: take chunks, spin a little for the next job, sleep. Never returns. */
export function serve(control: Int32Array, kernels: readonly Kernel[], scratch: number): never {
  let spins = mostSpins;
  for (;;) {
    const ticket = Atomics.load(control, ticketWord);
    const chunk = ticket & closedChunk;
    if (chunk < control[chunksWord]!) {
      takeChunk(control, kernels, scratch, ticket, chunk);
    } else if (!spinsUntilChange(control, ticket, spins)) {
      const start = performance.now();
      Atomics.add(control, sleepersWord, 1);
      Atomics.wait(control, ticketWord, ticket);
      Atomics.sub(control, sleepersWord, 1);
      // In long pauses, and where threads wait for processors, spinning only takes time from others.
      const wasShort = performance.now() - start < shortPauseMs;
      spins = wasShort ? mostSpins : Math.max(spins >> 1, fewestSpins);
    }
  }
}

function spinsUntilChange(control: Int32Array, ticket: number, spins: number): boolean {
  for (let i = 0; i < spins; i++) if (Atomics.load(control, ticketWord) !== ticket) return true;
  return false;
}

/** The job is read before the ticket is taken: if it changes meanwhile, so does the ticket, and nothing is taken. */
function takeChunk(
  control: Int32Array,
  kernels: readonly Kernel[],
  scratch: number,
  ticket: number,
  chunk: number,
): void {
  const kernel = control[kernelWord]!;
  const args = control[argumentsWord]!;
  const grain = control[grainWord]!;
  const begin = chunk * grain;
  const end = Math.min(begin + grain, control[itemsWord]!);
  if (Atomics.compareExchange(control, ticketWord, ticket, ticket + 1) !== ticket) return;
  try {
    kernels[kernel]!(args, begin, end, scratch);
  } catch (error) {
    leaveMessage(control, String(error));
  }
  Atomics.add(control, doneWord, 1);
  if (Atomics.load(control, mainSleepsWord) === 1) Atomics.notify(control, doneWord);
}

function leaveMessage(control: Int32Array, message: string): void {
  const length = Math.min(message.length, failureLength);
  for (let i = 0; i < length; i++) control[failureStart + i] = message.charCodeAt(i);
  Atomics.store(control, failureWord, length);
}
