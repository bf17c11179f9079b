import type { StatePart } from '../training/train-state.ts';

/** An exponential moving average of a model's trainable entries; buffers are copied. */
export interface Ema {
  /** Takes the parameters of this moment into the average. */
  update(): void;
  /** Exchanges average and parameters; calling it again puts them back. Bit-exact both ways. */
  swap(): void;
  readonly state: StatePart;
  dispose(): void;
}
