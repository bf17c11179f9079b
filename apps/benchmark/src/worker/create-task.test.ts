import { closeBackend, selectBackend, tf } from '@tintype/backend';
import { afterEach, expect, test } from 'vitest';
import { disagreement } from '../speed/agreement.ts';
import type { Workload } from '../workloads/workload.ts';
import { createTask } from './create-task.ts';
import type { GivenTensors } from './task.ts';

afterEach(() => closeBackend());

const conv = { batch: 2, size: 6, inChannels: 3, outChannels: 4, kernelSize: 4, stride: 2, padding: 1 };
const workloads: readonly Workload[] = [
  { kind: 'gemm', m: 5, n: 7, k: 6, transposeA: true, transposeB: true },
  { kind: 'conv', pass: 'forward', ...conv },
  { kind: 'conv', pass: 'inputGradient', ...conv },
  { kind: 'conv', pass: 'filterGradient', ...conv },
  { kind: 'step', model: 'vae', batch: 2 },
  { kind: 'step', model: 'dcgan', batch: 2 },
  { kind: 'step', model: 'vq-vae', batch: 2 },
  { kind: 'sample', model: 'ddpm-mnist', batch: 2, numInferenceSteps: 3 },
];

/** Checks the workload on a backend, runs it twice, and hands on what another contestant needs. */
async function play(workload: Workload, kernels: 'tintype' | 'tfjs', given?: GivenTensors) {
  await selectBackend({ backend: 'wasm', threads: 1, kernels });
  const before = tf.memory().numTensors;
  const task = createTask(workload, given);
  const left = { weights: await task.weights(), inputs: await task.inputs() };
  const reply = {
    engine: '',
    backend: '',
    device: '',
    threads: 1,
    parameters: task.parameters,
    check: await task.check(),
  };
  await task.run();
  await task.run();
  await task.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return { reply, left };
}

test.each(workloads)('%o: our kernels and tfjs’s agree on the same weights and inputs', async (workload) => {
  const ours = await play(workload, 'tintype');
  const theirs = await play(workload, 'tfjs', ours.left);
  expect(disagreement(ours.reply, theirs.reply)).toBeUndefined();
  expect(Object.values(ours.reply.check).every((value) => value !== 0)).toBe(true);
  // Other inputs are noticed.
  const name = [...ours.left.inputs.keys()][0]!;
  const entry = ours.left.inputs.get(name)!;
  const changed = new Map(ours.left.inputs).set(name, { ...entry, data: new Uint8Array(entry.data.length) });
  const other = await play(workload, 'tfjs', { ...ours.left, inputs: changed });
  expect(disagreement(ours.reply, other.reply)).toMatch(/^its .* is .*, ours /);
});
