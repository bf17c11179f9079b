import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { iwaeBound } from './likelihood.ts';
import {
  elboOf,
  exactLogLikelihood,
  largestLogLikelihood,
  linearGaussianImages,
  trainLinearGaussian,
} from './linear-gaussian.test-support.ts';
import { vaeLoss } from './loss.ts';
import type { Vae } from './vae.ts';

const boundOf = (model: Vae, samples: number) =>
  tf.tidy(
    () => iwaeBound(model, linearGaussianImages(25), { samples, rng: createRandomStream(7) }).dataSync()[0]!,
  );

/** E_q[log p(x|z)] in nats per point. */
const reconstructionOf = (model: Vae) =>
  tf.tidy(
    () => -vaeLoss(model, linearGaussianImages(25), createRandomStream(7)).reconstruction.dataSync()[0]!,
  );

describeOnBackends(
  'a linear-Gaussian VAE',
  () => {
    test('trained, its ELBO reaches the largest likelihood of probabilistic PCA, and not with β = 10', async () => {
      const model = await trainLinearGaussian(600);
      const [elbo, exact] = [elboOf(model), exactLogLikelihood(model)];
      expect(largestLogLikelihood - elbo).toBeLessThan(0.5);
      expect(largestLogLikelihood - elbo).toBeGreaterThan(-0.1); // what 1 600 draws may be off
      expect(exact).toBeLessThanOrEqual(largestLogLikelihood);
      expect(Math.abs(boundOf(model, 64) - exact)).toBeLessThan(0.05);
      // Without log p(z) − log q(z|x) the weights would say too much.
      expect(reconstructionOf(model) - exact).toBeGreaterThan(1);
      model.dispose();

      const heavy = await trainLinearGaussian(200, { klWeight: 10 });
      expect(largestLogLikelihood - elboOf(heavy)).toBeGreaterThan(0.5);
      heavy.dispose();
    });

    test('with codes drawn too wide the bound rises with every number of samples, up to the exact log p(x)', async () => {
      const model = await trainLinearGaussian(300);
      const { variable } = model.parameters.get('encoder.log_var.bias')!;
      variable.assign(tf.tidy(() => variable.add(1)));
      const exact = exactLogLikelihood(model);
      const bounds = [1, 4, 16, 64].map((samples) => boundOf(model, samples));
      for (let i = 1; i < bounds.length; i++) expect(bounds[i]!).toBeGreaterThan(bounds[i - 1]!);
      expect(exact - bounds[0]!).toBeGreaterThan(0.3);
      expect(Math.abs(exact - bounds.at(-1)!)).toBeLessThan(0.05);
      model.dispose();
    });
  },
  { backends: ['wasm'] },
);
