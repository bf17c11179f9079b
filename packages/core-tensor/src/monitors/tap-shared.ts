import { tf } from '@tintype/backend';
import type { Phase, TrainStep } from '../training/train-step.ts';

export interface SharedTap {
  /** The train step to give to the loop: the same phases and state. */
  readonly trainStep: TrainStep;
  /** The tensor that the latest step shared under the key; owned by the tap, replaced by the next step. */
  latest(): tf.Tensor | undefined;
  dispose(): void;
}

/** Lets a monitor see a tensor that the phases of a step share, such as `gan/latents`, without touching them. */
export function tapShared(trainStep: TrainStep, key: string): SharedTap {
  let latest: tf.Tensor | undefined;
  const replace = (tensor?: tf.Tensor) => {
    latest?.dispose();
    latest = tensor;
  };
  const phases = trainStep.phases.map(
    (phase): Phase => ({
      ...phase,
      run(batch, context) {
        const scalars = phase.run(batch, context);
        const shared = context.shared.get(key);
        if (shared instanceof tf.Tensor && !shared.isDisposed) replace(tf.keep(shared.clone()));
        return scalars;
      },
    }),
  );
  return { trainStep: { ...trainStep, phases }, latest: () => latest, dispose: () => replace() };
}
