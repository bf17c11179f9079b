import type { RandomStream, StatePart, tf } from '@tintype/core-tensor';

export type DrawnTimesteps = {
  /** int32 [count], 0 … T − 1. */
  readonly t: tf.Tensor1D;
  /** 1 / (T p(t)), what each image's loss is multiplied by so that its mean stays that of uniform t; float32 [count]. */
  readonly weights?: tf.Tensor1D;
};

/** Which timesteps a training looks at. */
export interface TimestepSampler {
  /** The caller owns the tensors. */
  draw(rng: RandomStream, count: number): DrawnTimesteps;
  /** Takes in the losses that images at t had, [count] each; borrowed. Called once after each draw. */
  update?(t: tf.Tensor1D, losses: tf.Tensor1D): void;
  /** What has to survive between draws. */
  readonly state?: StatePart;
  dispose(): void;
}
