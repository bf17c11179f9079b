import { probeFma, selectBackend, tf } from '@tintype/backend';
import type { MemoryReply, OpenReply, TimeReply } from '../contestants/protocol.ts';
import { createTask } from '../worker/create-task.ts';
import type { Task } from '../worker/task.ts';
import type { Workload } from '../workloads/workload.ts';

// The same kernels in a page. It draws the same weights and inputs from the same seeds, so that nothing is sent.

let task: Task | undefined;

/** What the driver calls. */
export interface BenchmarkPage {
  open(workload: Workload, threads: number): Promise<OpenReply>;
  time(calls: number): Promise<TimeReply>;
  memory(): MemoryReply;
}

const page: BenchmarkPage = {
  async open(workload, threads) {
    await task?.dispose();
    const info = await selectBackend({ backend: 'wasm', threads });
    task = createTask(workload, undefined);
    return {
      engine: `tintype in a page (${info.features.join(', ')}; ${info.reason})`,
      backend: info.name,
      device: info.device,
      threads: info.threads,
      parameters: task.parameters,
      check: await task.check(),
    };
  },
  /** A page's clock ticks every 0.1 ms, so that all calls are measured as one. */
  async time(calls) {
    if (task === undefined) throw new Error('nothing is open');
    const before = probeFma() ?? 0;
    const start = performance.now();
    for (let call = 0; call < calls; call++) await task.run();
    const milliseconds = [(performance.now() - start) / calls];
    return { milliseconds, probe: Math.max(before, probeFma() ?? 0) };
  },
  memory() {
    const { wasm } = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
    return { heapBytes: wasm.HEAPU8.buffer.byteLength };
  },
};

Object.assign(globalThis, { tintypeBenchmark: page });
