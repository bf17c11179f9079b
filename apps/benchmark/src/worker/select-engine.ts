import { type BackendInfo, selectBackend } from '@tintype/backend';
import { restoreStockKernels } from './stock-kernels.ts';

/**
 * Selects wasm. `isLowered` leaves our kernels out: tfjs's own run, under gradients lowered to kernels that it has.
 */
export async function selectEngine(threads: number, isLowered: boolean): Promise<BackendInfo> {
  const info = await selectBackend({ backend: 'wasm', threads, kernels: isLowered ? 'tfjs' : 'tintype' });
  if (isLowered) restoreStockKernels();
  return info;
}
