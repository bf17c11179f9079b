import type { KeptTape, PhaseContext, tf } from '@tintype/core-tensor';

/** What the discriminator phase leaves for the generator phase of the same step. */
export interface SharedFakes {
  /** [b, latentDim], as the discriminator phase drew them. */
  readonly latents: tf.Tensor2D;
  /** The generator's pass over them; absent where it is cheaper in memory to run it again. */
  readonly tape?: KeptTape<tf.Tensor4D>;
}

const latentsKey = 'gan/latents';
const tapeKey = 'gan/generator-tape';

type Shared = PhaseContext['shared'];

/** The loop frees what is left in `shared`, the tape included, also when a later phase throws. */
export function shareFakes(shared: Shared, { latents, tape }: SharedFakes): void {
  shared.set(latentsKey, latents);
  if (tape) shared.set(tapeKey, tape);
}

/** Nothing where no discriminator phase of this step has shared its fakes. */
export function sharedFakes(shared: Shared): SharedFakes | undefined {
  const latents = shared.get(latentsKey) as tf.Tensor2D | undefined;
  const tape = shared.get(tapeKey) as KeptTape<tf.Tensor4D> | undefined;
  return latents && { latents, ...(tape && { tape }) };
}
