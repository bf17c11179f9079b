import type { tf } from '@tintype/backend';
import type { StatePart } from '../training/train-state.ts';

/** Updates trainable entries in place. State is kept by parameter name and starts at step 0 of that name. */
export interface Optimizer {
  /** Applies one update; a name without a gradient keeps its value and its state. Borrows the gradients. */
  step(gradients: Readonly<Record<string, tf.Tensor>>): void;
  /** The learning rate the next step will use. */
  readonly learningRate: number;
  readonly state: StatePart;
  dispose(): void;
}

/** Learning rate as a function of the number of updates done (0 at the first). */
export type LearningRateSchedule = (step: number) => number;
