import { measurePeak } from '@tintype/backend';

/** The most that `tf.memory().numBytes` rose above its start while `run` ran. */
export async function measurePeakBytes(run: () => unknown): Promise<number> {
  return (await measurePeak(run)).tensorBytes;
}
