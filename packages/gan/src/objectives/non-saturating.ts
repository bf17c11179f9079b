import { tf } from '@tintype/core-tensor';
import type { GanObjective } from './objective.ts';

/**
 * Goodfellow et al. (2014), arXiv 1406.2661, section 3: the discriminator minimises
 * E[softplus(−D(x))] + E[softplus(D(G(z)))], which is 2 ln 2 where it cannot tell; the generator minimises
 * E[softplus(−D(G(z)))] = −E[log σ(D(G(z)))], whose gradient −σ(−D)·∇D does not vanish where it loses.
 */
export const nonSaturating: GanObjective = {
  name: 'non-saturating',
  discriminatorLoss: (realLogits, fakeLogits) =>
    tf.tidy(() => realLogits.neg().softplus().mean<tf.Scalar>().add(fakeLogits.softplus().mean())),
  generatorLoss: (fakeLogits) => tf.tidy(() => fakeLogits.neg().softplus().mean<tf.Scalar>()),
};
