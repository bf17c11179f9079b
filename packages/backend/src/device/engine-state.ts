import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { Engine } from '../engine/engine.ts';
import type { tf } from '../tf.ts';
import type { BackendInfo, SelectBackendOptions } from './backend-info.ts';

/** What an engine in use tells about itself; selectBackend adds the reason. */
export interface EngineFacts extends Omit<BackendInfo, 'reason'> {
  /** What it could not have, and why; part of the reason. */
  readonly notes?: readonly string[];
}

/** The running account of a WebGPU device's troubles. */
export interface HealthRecord {
  isLost: boolean;
  /** An allocation failed: what was computed with it is garbage. */
  isOutOfMemory: boolean;
  lostReason?: string;
  errorCount: number;
  errors: string[];
}

export interface WebgpuEngine {
  readonly backend: WebGPUBackend;
  readonly device: GPUDevice;
  readonly facts: EngineFacts;
  readonly health: HealthRecord;
  readonly isSoftware: boolean;
}

export interface WasmEngine {
  readonly backend: tf.KernelBackend;
  readonly hasSimd: boolean;
  /** Why tfjs's memory is not shared. */
  readonly loadNotes: readonly string[];
  /** The options that the engine was made for. */
  choice: string | undefined;
  facts: EngineFacts;
  /** Our own kernels; absent where they cannot run. */
  engine: Engine | undefined;
}

interface EngineState {
  info?: BackendInfo;
  /** What `info` was selected with. */
  selection?: SelectBackendOptions;
  webgpu?: WebgpuEngine;
  wasm?: WasmEngine;
  /** tfjs's own factory, kept because removing a backend forgets it. */
  wasmFactory?: () => tf.KernelBackend | Promise<tf.KernelBackend>;
  /** What WEBGPU_CPU_FORWARD was before a deterministic selection turned it off. */
  cpuForwarding?: boolean;
  /** Entry points of Dawn; releasing one while its devices live crashes the process. */
  readonly entryPoints: GPU[];
  /** Selections run one after the other. */
  queue: Promise<unknown>;
}

const key = Symbol.for('@tintype/backend/engine-state');
type Holder = { [key]?: EngineState };

/** One state per process: ESM and CommonJS copies of this package share one tfjs. */
export function engineState(): EngineState {
  const holder = globalThis as Holder;
  holder[key] ??= { entryPoints: [], queue: Promise.resolve() };
  return holder[key];
}
