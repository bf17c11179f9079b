import { tf } from '@tintype/core-tensor';
import { nonSaturating } from './non-saturating.ts';
import type { GanObjective } from './objective.ts';

/**
 * Goodfellow et al. (2014), arXiv 1406.2661, equation 1: the discriminator as in `nonSaturating`, the generator
 * minimises E[log(1 − σ(D(G(z))))] itself. Its gradient −σ(D)·∇D vanishes where the discriminator wins.
 */
export const minimax: GanObjective = {
  name: 'minimax',
  discriminatorLoss: nonSaturating.discriminatorLoss,
  generatorLoss: (fakeLogits) => tf.tidy(() => fakeLogits.softplus().mean<tf.Scalar>().neg()),
};
