/** What a worker gets in its one message. */
export interface WorkerSetup {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly control: Int32Array;
  /** Where this thread's scratch memory begins. */
  readonly scratch: number;
}

/** What it answers once its kernels stand, or why they do not. */
export interface WorkerReply {
  readonly failure: string | undefined;
}
