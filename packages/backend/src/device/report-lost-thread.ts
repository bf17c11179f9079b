import { engineState } from './engine-state.ts';

/** A worker ended that nobody ended: the info in use says so, and so does the console. */
export function reportLostThread(reason: string): void {
  const state = engineState();
  const what = `a worker thread was lost (${reason}), one thread goes on`;
  console.warn(`@tintype/backend: ${what}. Selecting the backend again starts new ones.`);
  if (state.info?.name !== 'wasm') return;
  state.info = { ...state.info, threads: 1, reason: `${state.info.reason}; ${what}` };
}
