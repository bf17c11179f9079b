import { climbLadder } from '../engine/climb-ladder.ts';
import { wasmMemory } from '../engine/wasm-memory.ts';
import type { SelectBackendOptions } from './backend-info.ts';
import { type EngineFacts, engineState, type WasmEngine } from './engine-state.ts';
import { guardWasmHeap, heapLimitBytes } from './guard-wasm-heap.ts';
import { loadTfjsWasm } from './load-tfjs-wasm.ts';
import { processorName } from './processor.ts';
import { replaceBackend } from './replace-backend.ts';
import { reportLostThread } from './report-lost-thread.ts';

const tfjsPriority = 2;

/**
 * tfjs's wasm backend, loaded once, and our kernels on its memory. Another selection may ask for other kernels or
 * threads: they change, the memory and the tensors in it stay.
 */
export async function openWasm(options: SelectBackendOptions): Promise<EngineFacts> {
  const state = engineState();
  state.wasm ??= await loadTfjs(options.assetBaseUrl);
  const { threads, deterministic, kernels } = options;
  const choice = JSON.stringify({ threads, deterministic, kernels });
  // A worker that was lost meanwhile is replaced by a new selection.
  const isWhole = (state.wasm.engine?.threads ?? 1) === state.wasm.facts.threads;
  if (state.wasm.choice !== choice || !isWhole) await changeEngine(state.wasm, options, choice);
  return state.wasm.facts;
}

async function loadTfjs(assetBaseUrl: string | undefined): Promise<WasmEngine> {
  const { backend, hasSimd, notes } = await loadTfjsWasm(assetBaseUrl);
  guardWasmHeap(backend);
  replaceBackend('wasm', backend, tfjsPriority);
  return {
    backend,
    hasSimd,
    loadNotes: notes,
    choice: undefined,
    engine: undefined,
    facts: factsOf(hasSimd, undefined, false, notes),
  };
}

async function changeEngine(
  wasm: WasmEngine,
  { threads, deterministic, kernels, assetBaseUrl }: SelectBackendOptions,
  choice: string,
): Promise<void> {
  const { backend, hasSimd, loadNotes } = wasm;
  await wasm.engine?.close();
  wasm.engine = undefined;
  wasm.choice = choice;
  const memory = wasmMemory(backend);
  const rung =
    hasSimd && kernels !== 'tfjs'
      ? await climbLadder(memory, { threads, deterministic, assetBaseUrl, onLost: reportLostThread })
      : { engine: undefined, notes: ["only tfjs's kernels run"] };
  wasm.engine = rung.engine;
  wasm.facts = factsOf(hasSimd, rung.engine, memory.isShared, [...loadNotes, ...rung.notes]);
}

function factsOf(
  hasSimd: boolean,
  engine: WasmEngine['engine'],
  isShared: boolean,
  notes: readonly string[],
): EngineFacts {
  const features = [
    ...(hasSimd ? ['simd'] : []),
    ...(engine?.isRelaxed ? ['relaxed-simd'] : []),
    ...(isShared ? ['shared-memory'] : []),
    ...(engine === undefined ? [] : ['tintype-kernels']),
  ];
  const limits = { wasmMemoryBytes: heapLimitBytes };
  return { name: 'wasm', device: processorName(), features, threads: engine?.threads ?? 1, limits, notes };
}
