export type BackendName = 'webgpu' | 'wasm' | 'cpu';

/** What runs, and why. The CLI and the pages show it. */
export interface BackendInfo {
  readonly name: BackendName;
  /** The adapter or processor, as it names itself. */
  readonly device: string;
  /** Optional capabilities in use: `shader-f16`, `subgroups`, `simd` … */
  readonly features: readonly string[];
  /** Threads that kernels may use; 1 where the engine is single-threaded. */
  readonly threads: number;
  /** Limits in bytes or counts, by WebGPU's own names; `wasmMemoryBytes` on wasm. */
  readonly limits: Readonly<Record<string, number>>;
  /** Why this backend was taken, including what was tried before it. */
  readonly reason: string;
}

export interface SelectBackendOptions {
  /** Exactly this backend, or `E_BACKEND_UNAVAILABLE`. */
  backend?: BackendName;
  /** The first that works is taken. @default ['webgpu', 'wasm', 'cpu'] */
  order?: readonly BackendName[];
  /** Accept a software WebGPU adapter (SwiftShader). @default false */
  allowSoftwareAdapter?: boolean;
  /** Threads for kernels. @default the logical cores, at most 8; half of them where a short trial shows no gain from all */
  threads?: number;
  /** Fixed order of every sum, one thread: equal runs give equal bits. @default false */
  deterministic?: boolean;
  /** `tfjs` leaves Tintype's kernels of the wasm backend out: much slower, to compare with. @default 'tintype' */
  kernels?: 'tintype' | 'tfjs';
  /** Folder (path in Node, or URL) that holds all of this package's `dist/assets`. @default beside the package, or where the bundler put them */
  assetBaseUrl?: string;
}
