import type { WasmBackend } from '../kernels/wasm-backend.ts';
import type { Engine } from './engine.ts';

/** Which packed form is asked for, and how it is made. */
export interface PackedRequest {
  readonly backend: WasmBackend;
  readonly engine: Engine;
  /** Whose values. */
  readonly dataId: object;
  /** The form: a matrix may be kept in several. Names everything that the form depends on beside the values. */
  readonly kind: string;
  readonly bytes: number;
  /** Writes the packed form to `pointer`; must not ask for other packed weights. */
  pack(pointer: number): void;
}

interface Packed {
  readonly backend: WasmBackend;
  free(): void;
  readonly pointer: number;
  readonly bytes: number;
  readonly dataId: object;
  readonly kind: string;
}

/** Bytes of packed weights that are kept; beyond them the ones longest unused go first. */
const limitBytes = 256 * 2 ** 20;

interface Store {
  /** By last use, oldest first. */
  readonly entries: Set<Packed>;
  readonly byDataId: WeakMap<object, Map<string, Packed>>;
  readonly asked: WeakMap<object, Set<string>>;
  readonly watched: WeakSet<WasmBackend>;
  totalBytes: number;
}

/** One per process: what one copy of this package changes in place, another may have packed. */
const key = Symbol.for('@tintype/backend/packed-weights');
const holder = globalThis as { [key]?: Store };
holder[key] ??= {
  entries: new Set(),
  byDataId: new WeakMap(),
  asked: new WeakMap(),
  watched: new WeakSet(),
  totalBytes: 0,
};
const store = holder[key];

/**
 * A pointer to packed values, which are made the first time and kept until the data is disposed of, `forgetPacked` is
 * called, or room is needed. Use it before the next request but one.
 */
export function packedWeights(request: PackedRequest): number {
  const { backend, engine, dataId, kind, bytes, pack } = request;
  const known = store.byDataId.get(dataId)?.get(kind);
  if (known?.backend === backend) {
    store.entries.delete(known);
    store.entries.add(known);
    return known.pointer;
  }
  watchDisposals(backend);
  if (known !== undefined) remove(known);
  makeRoom(backend, bytes);
  const pointer = engine.allocate(bytes);
  try {
    pack(pointer);
  } catch (error) {
    engine.free(pointer);
    throw error;
  }
  const packed: Packed = { backend, free: () => engine.free(pointer), pointer, bytes, dataId, kind };
  const kinds = store.byDataId.get(dataId) ?? new Map<string, Packed>();
  store.byDataId.set(dataId, kinds.set(kind, packed));
  store.entries.add(packed);
  store.totalBytes += bytes;
  return pointer;
}

/** Whether this form of these values was asked about before: what comes back is worth keeping packed. */
export function isAskedAgain(dataId: object, kind: string): boolean {
  const kinds = store.asked.get(dataId);
  if (kinds?.has(kind)) return true;
  store.asked.set(dataId, (kinds ?? new Set()).add(kind));
  return false;
}

/** Must be called by whatever changes values in place. Disposing of them calls it too. */
export function forgetPacked(dataId: object): void {
  const kinds = store.byDataId.get(dataId);
  if (kinds === undefined) return;
  for (const packed of [...kinds.values()]) release(packed);
}

/** Bytes of packed weights kept at the moment. */
export function packedWeightBytes(): number {
  return store.totalBytes;
}

/** The only way by which tfjs and our kernels free data is this method of the backend. */
function watchDisposals(backend: WasmBackend): void {
  if (store.watched.has(backend)) return;
  store.watched.add(backend);
  const dispose = backend.disposeData;
  backend.disposeData = function disposeData(this: WasmBackend, dataId, ...options) {
    const isGone = dispose.call(this, dataId, ...options);
    if (isGone) forgetPacked(dataId);
    return isGone;
  };
}

/** Frees what is longest unused. What belonged to another backend went with its memory. */
function makeRoom(backend: WasmBackend, bytes: number): void {
  for (const packed of store.entries) {
    if (packed.backend !== backend) remove(packed);
    else if (store.totalBytes + bytes > limitBytes) release(packed);
  }
}

function release(packed: Packed): void {
  remove(packed);
  packed.free();
}

function remove(packed: Packed): void {
  if (!store.entries.delete(packed)) return;
  store.totalBytes -= packed.bytes;
  const kinds = store.byDataId.get(packed.dataId);
  kinds?.delete(packed.kind);
  if (kinds?.size === 0) store.byDataId.delete(packed.dataId);
}
