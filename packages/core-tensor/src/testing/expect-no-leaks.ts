import { tf } from '@tintype/backend';

/**
 * Runs `run` once to warm up (kernels may cache tables), then `rounds` times more, and throws when the
 * number of live tensors or data buffers has moved. `run` must free what it makes.
 */
export async function expectNoLeaks(run: (round: number) => unknown, rounds = 3): Promise<void> {
  await run(0);
  const before = tf.memory();
  for (let round = 1; round <= rounds; round++) await run(round);
  const after = tf.memory();
  const leakedTensors = after.numTensors - before.numTensors;
  const leakedBuffers = after.numDataBuffers - before.numDataBuffers;
  if (leakedTensors !== 0 || leakedBuffers !== 0) {
    throw new Error(
      `expectNoLeaks: ${rounds} rounds left ${leakedTensors} tensors and ${leakedBuffers} data buffers ` +
        `(tensors ${before.numTensors} → ${after.numTensors}).`,
    );
  }
}
