// The script of a worker thread. It waits for one message, makes its own instance of the kernels on the shared
// memory, says so, and serves until it is terminated.
import { type Kernel, kernelNames } from './kernel.ts';
import { serve } from './serve.ts';
import type { WorkerReply, WorkerSetup } from './worker-setup.ts';

const port = globalThis.process?.getBuiltinModule?.('node:worker_threads').parentPort;
const reply = (message: WorkerReply): void => (port ?? globalThis).postMessage(message);

if (port) port.once('message', start);
else globalThis.addEventListener('message', ({ data }) => start(data), { once: true });

function start({ module, memory, control, scratch }: WorkerSetup): void {
  let kernels: readonly Kernel[];
  try {
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    kernels = kernelNames(module).map((name) => exports[name] as Kernel);
  } catch (error) {
    reply({ failure: String(error) });
    return;
  }
  reply({ failure: undefined });
  serve(control, kernels, scratch);
}
