import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors, toFloat32 } from '@tintype/core-tensor';
import type { OpenReply, OpenRequest, TimeReply } from '../contestants/protocol.ts';
import { clocks } from '../worker/clocks.ts';
import { serve } from '../worker/serve.ts';
import { type ArrayLibrary, type JaxArray, loadArrayLibrary } from './array-library.ts';
import { type CompiledWorkload, compileWorkload } from './compile-workload.ts';

// The process that measures @jax-js/jax on its wasm device, which has one thread.

console.log = console.error;
console.info = console.error;

let work: { readonly compiled: CompiledWorkload; readonly inputs: readonly JaxArray[] } | undefined;

async function open({ workload, folder }: OpenRequest): Promise<OpenReply> {
  const library = await loadArrayLibrary();
  const compiled = compileWorkload(library, workload);
  work = { compiled, inputs: readInputs(library, folder, compiled.inputs) };
  return {
    engine: 'jax-js (wasm)',
    backend: 'jax-js',
    device: process.arch,
    threads: 1,
    check: await check(),
  };
}

/** Our images are [b, h, w, c], our filters [h, w, in, out]. */
function readInputs(library: ArrayLibrary, folder: string, names: readonly string[]): JaxArray[] {
  const entries = decodeSafetensors(readFileSync(join(folder, 'inputs.safetensors')));
  return names.map((name) => {
    const entry = entries.get(name);
    if (entry === undefined) throw new Error(`the first contestant left no ${name}`);
    const array = library.numpy.array(toFloat32(entry).slice()).reshape(entry.shape);
    if (entry.shape.length !== 4) return array;
    return array.transpose(name === 'filter' ? [3, 2, 0, 1] : [0, 3, 1, 2]);
  });
}

async function check(): Promise<Record<string, number>> {
  const values = await compute().data();
  let [absoluteSum, squaredSum] = [0, 0];
  for (const value of values) {
    absoluteSum += Math.abs(value);
    squaredSum += value * value;
  }
  return { absoluteSum, squaredSum };
}

function compute(): JaxArray {
  if (work === undefined) throw new Error('nothing is open');
  return work.compiled.compute(...work.inputs.map((input) => input.ref));
}

async function time(calls: number, now: () => number): Promise<TimeReply> {
  const milliseconds: number[] = [];
  for (let call = 0; call < calls; call++) {
    const start = now();
    const result = await compute().blockUntilReady();
    milliseconds.push(now() - start);
    result.dispose();
  }
  return { milliseconds };
}

await serve(async (request) => {
  switch (request.command) {
    case 'open':
      return open(request);
    case 'time':
      return time(request.calls, clocks[request.clock]);
    case 'profile':
      throw new Error('this peer has no profile');
    case 'memory':
      return {};
  }
});
process.exit();
