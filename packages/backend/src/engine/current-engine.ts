import { engineState } from '../device/engine-state.ts';
import type { Engine } from './engine.ts';

/** Our kernels on the wasm backend in use; undefined on the rung below them, where only tfjs's kernels run. */
export function currentEngine(): Engine | undefined {
  return engineState().wasm?.engine;
}
