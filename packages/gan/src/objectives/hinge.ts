import { tf } from '@tintype/core-tensor';
import type { GanObjective } from './objective.ts';

/**
 * Lim and Ye (2017), "Geometric GAN", arXiv 1705.02894: E[max(0, 1 − D(x))] + E[max(0, 1 + D(G(z)))]
 * against −E[D(G(z))].
 */
export const hinge: GanObjective = {
  name: 'hinge',
  discriminatorLoss: (realLogits, fakeLogits) =>
    tf.tidy(() => tf.sub(1, realLogits).relu().mean<tf.Scalar>().add(fakeLogits.add(1).relu().mean())),
  generatorLoss: (fakeLogits) => tf.tidy(() => fakeLogits.mean<tf.Scalar>().neg()),
};
