import { currentEngine } from '../engine/current-engine.ts';
import type { Engine } from '../engine/engine.ts';
import type { WasmBackend } from '../kernels/wasm-backend.ts';
import { tf } from '../tf.ts';
import type { TensorMaker } from './write-target.ts';

interface Native {
  readonly engine: Engine;
  readonly backend: WasmBackend;
  /** An uninitialised float32 tensor; not in any tidy. */
  readonly makeTensor: TensorMaker;
}

/** The engine and what an update over many tensors needs of it; undefined where plain operations must be used. */
export function nativeUpdate(written: readonly tf.Tensor[], read: readonly tf.Tensor[]): Native | undefined {
  const engine = tf.getBackend() === 'wasm' ? currentEngine() : undefined;
  if (engine === undefined) return undefined;
  if (![...written, ...read].every(({ dtype }) => dtype === 'float32')) return undefined;
  // What is named twice would be written by two threads.
  if (new Set(written.map(({ dataId }) => dataId)).size !== written.length) return undefined;
  const backend = tf.backend() as unknown as WasmBackend;
  const makeTensor: TensorMaker = (shape) =>
    tf.engine().makeTensorFromTensorInfo(backend.makeOutput(shape, 'float32'));
  return { engine, backend, makeTensor };
}
