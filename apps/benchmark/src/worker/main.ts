import { probeFma, tf } from '@tintype/backend';
import type {
  ClockName,
  MemoryReply,
  OpenReply,
  OpenRequest,
  ProfileReply,
  TimeReply,
} from '../contestants/protocol.ts';
import { clocks } from './clocks.ts';
import { createTask } from './create-task.ts';
import { profileKernels } from './kernel-profile.ts';
import { measure } from './measure.ts';
import { selectEngine } from './select-engine.ts';
import { serve } from './serve.ts';
import type { Task } from './task.ts';
import { readTensors, writeTensors } from './tensor-files.ts';

// The process that measures our own kernels; with --lowered, tfjs's under lowered gradients.

// Engines print to the console; stdout is for answers alone.
console.log = console.error;
console.info = console.error;

const isLowered = process.argv.includes('--lowered');
let task: Task | undefined;

async function open({ workload, threads, folder, isFirst }: OpenRequest): Promise<OpenReply> {
  await task?.dispose();
  task = undefined;
  const info = await selectEngine(threads, isLowered);
  task = createTask(workload, isFirst ? undefined : readTensors(folder));
  if (isFirst) writeTensors(folder, { weights: await task.weights(), inputs: await task.inputs() });
  return {
    engine: `${isLowered ? 'lowered tfjs' : 'tintype'} (${info.features.join(', ')}; ${info.reason})`,
    backend: info.name,
    device: info.device,
    threads: info.threads,
    parameters: task.parameters,
    check: await task.check(),
  };
}

async function time(calls: number, clock: ClockName): Promise<TimeReply> {
  const milliseconds: number[] = [];
  const now = clocks[clock];
  const before = isLowered ? undefined : probeFma(now);
  for (let call = 0; call < calls; call++) {
    milliseconds.push(await measure(ready(), now));
  }
  if (before === undefined) return { milliseconds };
  return { milliseconds, probe: Math.max(before, probeFma(now) ?? 0) };
}

function profile(calls: number, clock: ClockName): Promise<ProfileReply> {
  return profileKernels(clocks[clock], async () => {
    for (let call = 0; call < calls; call++) await ready().run();
  });
}

function memory(): MemoryReply {
  const { wasm } = tf.backend() as unknown as { wasm?: { HEAPU8: Uint8Array } };
  return wasm === undefined ? {} : { heapBytes: wasm.HEAPU8.buffer.byteLength };
}

function ready(): Task {
  if (task === undefined) throw new Error('nothing is open');
  return task;
}

await serve(async (request) => {
  switch (request.command) {
    case 'open':
      return open(request);
    case 'time':
      return time(request.calls, request.clock);
    case 'profile':
      return profile(request.calls, request.clock);
    case 'memory':
      return memory();
  }
});
process.exit();
