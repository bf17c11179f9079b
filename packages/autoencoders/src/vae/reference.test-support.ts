import { computeGradients, createRandomStream, type RandomStream, tf } from '@tintype/core-tensor';
import {
  type DescribeOnBackendsOptions,
  describeOnBackends,
  loadReference,
  type ReferenceTensors,
} from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { defaultVaeConfig, type VaeConfig } from './config.ts';
import {
  bernoulliNegativeLogLikelihood,
  gaussianNegativeLogLikelihood,
  klFromStandardNormal,
  vaeLoss,
} from './loss.ts';
import { createVae, type Vae } from './vae.ts';

// fixtures/reference/README.md: losses 1e-5, gradients 1e-3 of the largest entry, outputs 1e-4.
const lossTolerance = { rtol: 1e-5, atol: 1e-6 };
const gradientTolerance = { rtol: 1e-3, atol: 1e-6 };
const outputTolerance = { rtol: 1e-4, atol: 1e-5 };
const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

const terms = await loadReference('losses/vae_terms.safetensors');

/** Every term, and whole models, against numbers of PyTorch and of pythae. */
export function describeVaeReference(options: DescribeOnBackendsOptions): void {
  describeOnBackends(
    'VAE references',
    () => {
      test('KL and its gradients equal the reference', async () => {
        const [mu, logVar] = [read(terms, 'mu'), read(terms, 'logvar')];
        const kl = (m: tf.Tensor, l: tf.Tensor) =>
          klFromStandardNormal({ mu: m as tf.Tensor2D, logVar: l as tf.Tensor2D });
        const [byMu, byLogVar] = tf.grads(kl)([mu, logVar]);
        await expect(kl(mu, logVar)).toBeAllClose(read(terms, 'kl_mean.value'), lossTolerance);
        await expect(byMu!).toBeAllClose(read(terms, 'kl_mean.grad_mu'), gradientTolerance);
        await expect(byLogVar!).toBeAllClose(read(terms, 'kl_mean.grad_logvar'), gradientTolerance);
      });

      test('the Bernoulli term and its gradient equal the reference', async () => {
        const [pixels, logits] = [read(terms, 'x'), read(terms, 'recon_logits')];
        const loss = (x: tf.Tensor) => bernoulliNegativeLogLikelihood(x, pixels);
        await expect(loss(logits)).toBeAllClose(read(terms, 'bce_logits_sum.value'), lossTolerance);
        const byLogits = read(terms, 'bce_logits_sum.grad_recon_logits');
        await expect(tf.grad(loss)(logits)).toBeAllClose(byLogits, gradientTolerance);
      });

      test('the Gaussian term and its gradient equal the reference, with and without σ', async () => {
        const [pixels, means] = [read(terms, 'x'), read(terms, 'recon')];
        for (const [name, sigma, missing] of [
          ['gaussian_nll_sigma0.3', 0.3, 0],
          ['mse_half_sum', 1, 10 * halfLogTwoPi], // ten values without their constant
        ] as const) {
          const loss = (m: tf.Tensor) => gaussianNegativeLogLikelihood(m, pixels, sigma);
          const value = loss(means).sub(missing);
          await expect(value).toBeAllClose(read(terms, `${name}.value`), { rtol: 1e-5, atol: 1e-5 });
          await expect(tf.grad(loss)(means)).toBeAllClose(
            read(terms, `${name}.grad_recon`),
            gradientTolerance,
          );
        }
      });

      test.each(['vae_bce', 'vae_mse'])('values and gradients equal those of pythae (%s)', comparePythae);
    },
    options,
  );
}

async function comparePythae(name: string): Promise<void> {
  const reference = await loadReference(`losses/${name}.safetensors`);
  const isBernoulli = name === 'vae_bce';
  const config: VaeConfig = {
    ...defaultVaeConfig,
    imageSize: 4,
    hiddenUnits: [512],
    latentDim: 2,
    likelihood: isBernoulli ? 'bernoulli' : 'gaussian',
    sigma: 1,
  };
  const model = createVae(config, createRandomStream(1));
  importWeights(model, reference);
  const images = read(reference, 'x')
    .reshape<tf.Tensor4D>([5, 4, 4, 1])
    .mul<tf.Tensor4D>(2)
    .sub<tf.Tensor4D>(1);
  const noise = fixedNoise(read(reference, 'eps'));
  const { losses, gradients } = computeGradients(
    () => ({ ...vaeLoss(model, images, noise) }),
    model.parameters,
  );

  const constant = isBernoulli ? 0 : 16 * halfLogTwoPi;
  const posterior = model.encode(images);
  await expect(posterior.mu).toBeAllClose(read(reference, 'embedding'), outputTolerance);
  await expect(posterior.logVar).toBeAllClose(read(reference, 'log_covariance'), outputTolerance);
  await expect(losses.total!.sub(constant)).toBeAllClose(read(reference, 'loss'), lossTolerance);
  await expect(losses.reconstruction!.sub(constant)).toBeAllClose(
    read(reference, 'recon_loss'),
    lossTolerance,
  );
  await expect(losses.kl!).toBeAllClose(read(reference, 'reg_loss'), lossTolerance);
  const decoded = model.decode(read(reference, 'z') as tf.Tensor2D);
  await expect(decoded.add(1).div(2).reshape([5, 1, 4, 4])).toBeAllClose(
    read(reference, 'recon_x'),
    outputTolerance,
  ); // one channel: no transposition
  for (const parameter of ['decoder.layers.0.0.weight', 'encoder.log_var.weight']) {
    const expected = read(reference, `grad.${parameter}`);
    await expect(gradients[parameter]!.transpose()).toBeAllClose(expected, gradientTolerance);
  }
  model.dispose();
}

function read(reference: ReferenceTensors, name: string): tf.Tensor {
  const { data, shape } = reference.get(name)!;
  return tf.tensor(Float32Array.from(data), [...shape]);
}

function importWeights(model: Vae, reference: ReferenceTensors): void {
  for (const [name, { variable, layout }] of model.parameters) {
    const weight = read(reference, `w.${name}`);
    variable.assign(layout.startsWith('linear') ? weight.transpose() : weight);
  }
}

/** A stream whose next normal numbers are given. */
function fixedNoise(noise: tf.Tensor): RandomStream {
  return { ...createRandomStream(0), normal: (() => noise.clone()) as RandomStream['normal'] };
}
