import { tf } from '@tintype/core-tensor';
import { describeOnBackends, loadReference } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { hinge } from './hinge.ts';
import { leastSquares } from './least-squares.ts';
import { minimax } from './minimax.ts';
import { nonSaturating } from './non-saturating.ts';
import type { GanObjective } from './objective.ts';
import { wasserstein } from './wasserstein.ts';

const reference = await loadReference('losses/adversarial.safetensors');

const discriminatorRows: [string, GanObjective][] = [
  ['nonsaturating_d', nonSaturating],
  ['nonsaturating_d', minimax],
  ['lsgan_d_half', leastSquares],
  ['hinge_d', hinge],
  ['wasserstein_d', wasserstein],
];
const generatorRows: [string, GanObjective][] = [
  ['nonsaturating_g', nonSaturating],
  ['minimax_g_saturating', minimax],
  ['lsgan_g_half', leastSquares],
  ['hinge_g', hinge],
  ['wasserstein_g', wasserstein],
];

describeOnBackends('GAN objectives', () => {
  describeCases('vector');
  describeCases('patch');

  test('a discriminator that cannot tell pays 2 ln 2', () => {
    const undecided = tf.zeros([4, 1]);
    expect(nonSaturating.discriminatorLoss(undecided, undecided)).toBeAllClose(2 * Math.LN2);
  });

  test('the non-saturating gradient is −σ(−D), the saturating one −σ(D): one sign, other sizes', () => {
    const logits = tf.tensor1d([-8, -1, 0, 2]);
    const count = 4;
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    const values = [...logits.dataSync()];
    const steep = tf.grad(nonSaturating.generatorLoss)(logits);
    const flat = tf.grad(minimax.generatorLoss)(logits);
    expect(steep).toBeAllClose(values.map((d) => -sigmoid(-d) / count));
    expect(flat).toBeAllClose(values.map((d) => -sigmoid(d) / count));
    // Where the generator loses, only the first still teaches it.
    expect(Math.abs(steep.dataSync()[0]!)).toBeGreaterThan(1000 * Math.abs(flat.dataSync()[0]!));
  });

  test.each([nonSaturating, minimax, leastSquares, hinge, wasserstein])(
    'far logits give finite losses and gradients ($name)',
    (objective) => {
      const far = tf.tensor1d([-1000, 1000]);
      const losses = [objective.discriminatorLoss(far, far), objective.generatorLoss(far)];
      const gradient = tf.grad(objective.generatorLoss)(far);
      for (const value of [...losses, gradient])
        expect([...value.dataSync()].every(Number.isFinite)).toBe(true);
    },
  );
});

/** Values to 1e-5 and gradients to 1e-3 of the largest entry, as fixtures/reference/README.md states. */
function describeCases(shape: 'vector' | 'patch'): void {
  test.each(discriminatorRows)(
    `${shape}: value and gradients of %s equal the reference`,
    (row, objective) => {
      const [real, fake] = [read(`${shape}.real`), read(`${shape}.fake`)];
      expect(objective.discriminatorLoss(real, fake)).toBeAllClose(read(`${shape}.${row}.value`));
      const [byReal, byFake] = tf.grads(objective.discriminatorLoss)([real, fake]);
      expect(byReal!).toBeAllClose(read(`${shape}.${row}.grad_real`), { rtol: 1e-3 });
      expect(byFake!).toBeAllClose(read(`${shape}.${row}.grad_fake`), { rtol: 1e-3 });
    },
  );

  test.each(generatorRows)(`${shape}: value and gradient of %s equal the reference`, (row, objective) => {
    const fake = read(`${shape}.fake`);
    expect(objective.generatorLoss(fake)).toBeAllClose(read(`${shape}.${row}.value`));
    expect(tf.grad(objective.generatorLoss)(fake)).toBeAllClose(read(`${shape}.${row}.grad_fake`), {
      rtol: 1e-3,
    });
  });
}

function read(name: string): tf.Tensor {
  const { data, shape } = reference.get(name)!;
  return tf.tensor(Float32Array.from(data), [...shape]);
}
