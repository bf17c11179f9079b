import { TintypeError } from '../errors/tintype-error.ts';

export const memoryRemedy =
  'Take a smaller batch, cut it with `accumulate`, or turn on `checkpointActivations` where the network has it';

/** What engines say when they have no memory left: V8 and SpiderMonkey for arrays, Emscripten and wasm for the heap. */
const complaints =
  /array buffer allocation failed|invalid (typed )?array length|out of memory|cannot enlarge memory|\boom\b|heap cannot give/i;

/** An engine's own complaint about memory as a TintypeError `E_OUT_OF_MEMORY`; undefined for any other error. */
export function asOutOfMemory(error: unknown, where: string): TintypeError | undefined {
  if (error instanceof TintypeError) return error.code === 'E_OUT_OF_MEMORY' ? error : undefined;
  const isKnown = error instanceof RangeError || error instanceof WebAssembly.RuntimeError;
  if (!isKnown || !complaints.test(error.message)) return undefined;
  return new TintypeError('E_OUT_OF_MEMORY', {
    where,
    what: `there is not enough memory: ${error.message}`,
    remedy: memoryRemedy,
    cause: error,
  });
}
