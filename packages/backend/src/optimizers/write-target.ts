import { forgetPacked } from '../engine/packed-weights.ts';
import { pointerTo, type WasmBackend } from '../kernels/wasm-backend.ts';
import type { tf } from '../tf.ts';

/** Where new values of a variable go. */
export interface WriteTarget {
  readonly from: number;
  readonly to: number;
  /** Gives the variable its new values, once they are written. */
  finish(): void;
}

/**
 * In place where nothing else has the variable's data; a clone, a saved activation or a snapshot must keep the old values,
 * so that otherwise the variable gets new data.
 */
export function writeTarget(
  backend: WasmBackend,
  variable: tf.Variable,
  makeTensor: TensorMaker,
): WriteTarget {
  const from = pointerTo(backend, variable);
  if (backend.dataIdMap.get(variable.dataId).refCount === 1) {
    return { from, to: from, finish: () => forgetValues(backend, variable) };
  }
  const next = makeTensor(variable.shape);
  return {
    from,
    to: pointerTo(backend, next),
    finish() {
      variable.assign(next);
      next.dispose();
    },
  };
}

export type TensorMaker = (shape: number[]) => tf.Tensor;

/** Drops what was made of the values that were there: our packed weights and XNNPACK's, which goes by tfjs's number. */
function forgetValues(backend: WasmBackend, { dataId, size }: tf.Tensor): void {
  forgetPacked(dataId);
  const { id, memoryOffset } = backend.dataIdMap.get(dataId);
  backend.wasm.tfjs.disposeData(id);
  backend.wasm.tfjs.registerTensor(id, size, memoryOffset);
}
