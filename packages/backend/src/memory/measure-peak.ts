import { tf } from '../tf.ts';

export interface PeakMemory {
  /** Bytes of all tensors as `tf.memory().numBytes` counts them: several over one buffer count several times. */
  readonly tensorBytes: number;
  /** Bytes of the buffers behind them, each once. What kernels take for themselves is not counted. */
  readonly bufferBytes: number;
}

interface BufferRecord {
  readonly bytes: number;
}

type BufferMap = Pick<WeakMap<object, BufferRecord>, 'has' | 'get' | 'set' | 'delete'>;

/** The parts of tfjs's engine that count. */
interface Counters {
  numBytes: number;
  tensorInfo: BufferMap;
}

/** How far memory rose above its start while `run` ran; its promise is awaited. Not to be nested. */
export async function measurePeak(run: () => unknown): Promise<PeakMemory> {
  const { state } = tf.engine() as unknown as { state: Counters };
  const { numBytes: startBytes, tensorInfo } = state;
  const tensors = { now: startBytes, peak: startBytes };
  const buffers = { now: 0, peak: 0 };
  Object.defineProperty(state, 'numBytes', {
    configurable: true,
    enumerable: true,
    get: () => tensors.now,
    set: (bytes: number) => {
      tensors.now = bytes;
      tensors.peak = Math.max(tensors.peak, bytes);
    },
  });
  const counted: BufferMap = {
    has: (id) => tensorInfo.has(id),
    get: (id) => tensorInfo.get(id),
    set(id, record) {
      buffers.now += record.bytes - (tensorInfo.get(id)?.bytes ?? 0);
      buffers.peak = Math.max(buffers.peak, buffers.now);
      tensorInfo.set(id, record);
      return counted as WeakMap<object, BufferRecord>;
    },
    delete(id) {
      buffers.now -= tensorInfo.get(id)?.bytes ?? 0;
      return tensorInfo.delete(id);
    },
  };
  state.tensorInfo = counted;
  try {
    await run();
  } finally {
    state.tensorInfo = tensorInfo;
    const value = tensors.now;
    Object.defineProperty(state, 'numBytes', { configurable: true, enumerable: true, writable: true, value });
  }
  return { tensorBytes: tensors.peak - startBytes, bufferBytes: buffers.peak };
}
