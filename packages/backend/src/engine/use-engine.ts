import { engineState } from '../device/engine-state.ts';
import { reportLostThread } from '../device/report-lost-thread.ts';
import { type OpenEngineOptions, openEngine } from './open-engine.ts';
import { wasmMemory } from './wasm-memory.ts';

/** Puts a certain build on so many threads in the place of what selectBackend chose; the next selection chooses again. */
export async function useEngine(options: Omit<OpenEngineOptions, 'onLost'>): Promise<void> {
  const { wasm } = engineState();
  if (wasm === undefined) throw new Error('select wasm first');
  await wasm.engine?.close();
  wasm.choice = undefined;
  wasm.engine = await openEngine(wasmMemory(wasm.backend), { ...options, onLost: reportLostThread });
}
