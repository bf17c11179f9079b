import { type BackendInfo, selectBackend } from '@tintype/backend';

/** Selects wasm; `isLowered` leaves our kernels out, so that tfjs's own run with lowered gradients. */
export function selectEngine(threads: number, isLowered: boolean): Promise<BackendInfo> {
  return selectBackend({ backend: 'wasm', threads, kernels: isLowered ? 'tfjs' : 'tintype' });
}
