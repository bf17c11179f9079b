import { tf } from '@tintype/core-tensor';
import type { GanObjective } from './objective.ts';

/**
 * Arjovsky et al. (2017), "Wasserstein GAN", arXiv 1701.07875: E[D(G(z))] − E[D(x)] against −E[D(G(z))].
 * The critic must be kept Lipschitz, for example by `gradientPenalty`.
 */
export const wasserstein: GanObjective = {
  name: 'wasserstein',
  discriminatorLoss: (realLogits, fakeLogits) =>
    tf.tidy(() => fakeLogits.mean<tf.Scalar>().sub(realLogits.mean())),
  generatorLoss: (fakeLogits) => tf.tidy(() => fakeLogits.mean<tf.Scalar>().neg()),
};
