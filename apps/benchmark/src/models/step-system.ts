import type { Losses, Model, TrainStep, tf } from '@tintype/core-tensor';

/** A model with its train step, and the same losses from given inputs instead of drawn ones. */
export interface StepSystem {
  readonly model: Model;
  readonly trainStep: TrainStep;
  /** Shapes of `images` and of every other input that the check takes, without the batch. */
  readonly inputs: Readonly<Record<string, InputSpec>>;
  /** The losses that a step descends on, each with the part of the model that it trains. */
  losses(inputs: Readonly<Record<string, tf.Tensor>>): readonly CheckedLoss[];
}

export interface InputSpec {
  readonly shape: readonly number[];
  /** `uniform` in [-1, 1]; `timesteps` whole numbers from 0 to 999. */
  readonly distribution: 'normal' | 'uniform' | 'timesteps';
}

interface CheckedLoss {
  readonly name: string;
  /** Path of the trained parameters. */
  readonly trains: string;
  loss(): Losses;
}
