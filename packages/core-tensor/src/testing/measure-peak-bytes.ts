import { tf } from '@tintype/backend';

/** The most that `tf.memory().numBytes` rose above its start while `run` ran. */
export async function measurePeakBytes(run: () => unknown): Promise<number> {
  const { state } = tf.engine() as unknown as { state: { numBytes: number } };
  const before = state.numBytes;
  let bytes = before;
  let peak = before;
  Object.defineProperty(state, 'numBytes', {
    configurable: true,
    enumerable: true,
    get: () => bytes,
    set: (value: number) => {
      bytes = value;
      peak = Math.max(peak, value);
    },
  });
  try {
    await run();
  } finally {
    Object.defineProperty(state, 'numBytes', {
      configurable: true,
      enumerable: true,
      writable: true,
      value: bytes,
    });
  }
  return peak - before;
}
