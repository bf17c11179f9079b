import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { Engine } from '../engine/engine.ts';
import type { tf } from '../tf.ts';
import type { BackendInfo } from './backend-info.ts';

/** What an engine in use tells about itself; selectBackend adds the reason. */
export type EngineFacts = Omit<BackendInfo, 'reason'>;

/** The running account of a WebGPU device's troubles. */
export interface HealthRecord {
  isLost: boolean;
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

interface WasmEngine {
  readonly backend: tf.KernelBackend;
  readonly facts: EngineFacts;
  /** Our own kernels; absent where they cannot run. */
  readonly engine: Engine | undefined;
}

interface EngineState {
  info?: BackendInfo;
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
