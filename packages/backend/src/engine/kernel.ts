/** Works on the items [begin, end) of the job whose words are at `args`; `scratch` belongs to the calling thread. */
export type Kernel = (args: number, begin: number, end: number, scratch: number) => void;

/** Bytes that a kernel may use at `scratch`, on each thread. */
export const scratchBytes = 2 ** 20;

/** The names in their order in the module, which is the same on every thread. */
export function kernelNames(module: WebAssembly.Module): string[] {
  return WebAssembly.Module.exports(module)
    .filter(({ kind }) => kind === 'function')
    .map(({ name }) => name);
}
