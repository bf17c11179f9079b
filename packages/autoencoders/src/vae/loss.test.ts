import { computeGradients, createRandomStream, type RandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, loadReference, type ReferenceTensors } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { defaultVaeConfig, type VaeConfig } from './config.ts';
import {
  bernoulliNegativeLogLikelihood,
  gaussianNegativeLogLikelihood,
  klFromStandardNormal,
  reparameterize,
  vaeLoss,
} from './loss.ts';
import { createVae, type Vae } from './vae.ts';

// fixtures/reference/README.md: losses 1e-5, gradients 1e-3 of the largest entry.
const lossTolerance = { rtol: 1e-5, atol: 1e-6 };
const gradientTolerance = { rtol: 1e-3, atol: 1e-6 };
const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

const terms = await loadReference('losses/vae_terms.safetensors');

describeOnBackends('VAE loss terms', () => {
  test('KL of mu 0, logVar 0 is 0; of mu 1 it is ½ a latent', () => {
    const zeros = tf.zeros<tf.Rank.R2>([3, 4]);
    const ones = tf.ones<tf.Rank.R2>([3, 4]);
    expect(klFromStandardNormal({ mu: zeros, logVar: zeros }).dataSync()[0]).toBeCloseTo(0, 6);
    expect(klFromStandardNormal({ mu: ones, logVar: zeros }).dataSync()[0]).toBeCloseTo(2, 6);
    // logVar 1: ½ (e − 1 − 1) a latent.
    expect(klFromStandardNormal({ mu: zeros, logVar: ones }).dataSync()[0]).toBeCloseTo(2 * (Math.E - 2), 5);
  });

  test('the closed form of KL agrees with 100 000 samples within 0.5 %', () => {
    const [mu, logVar] = [
      [1.7, -1.2, 0.3],
      [-0.5, -0.4, -2],
    ];
    const closed = klFromStandardNormal({ mu: tf.tensor2d([mu]), logVar: tf.tensor2d([logVar]) });
    const samples = 100_000;
    const noise = createRandomStream(11).normal<tf.Rank.R2>([samples, 3]).dataSync();
    let sum = 0;
    for (let i = 0; i < samples; i++) {
      for (let j = 0; j < 3; j++) {
        const e = noise[3 * i + j]!;
        const z = mu[j]! + Math.exp(logVar[j]! / 2) * e;
        sum += -0.5 * (e * e + logVar[j]!) + 0.5 * z * z; // log q − log p, constants cancel
      }
    }
    const estimate = sum / samples;
    expect(Math.abs(closed.dataSync()[0]! - estimate) / estimate).toBeLessThan(0.005);
  });

  test('z is mu + exp(logVar / 2) · noise, with gradient 1 by mu and ½ exp(logVar / 2) · noise by logVar', () => {
    const [mu, logVar, noise] = [tf.tensor2d([[1, 2]]), tf.tensor2d([[0, 1.2]]), tf.tensor2d([[0.5, -2]])];
    const z = (m: tf.Tensor, l: tf.Tensor) =>
      reparameterize({ mu: m as tf.Tensor2D, logVar: l as tf.Tensor2D }, noise);
    expect(z(mu, logVar)).toBeAllClose([1.5, 2 - 2 * Math.exp(0.6)]);
    const [byMu, byLogVar] = tf.grads((m: tf.Tensor, l: tf.Tensor) => z(m, l).sum())([mu, logVar]);
    expect(byMu!).toBeAllClose([1, 1]);
    expect(byLogVar!).toBeAllClose([0.25, -Math.exp(0.6)]);
  });

  test('KL and its gradients equal the reference', () => {
    const [mu, logVar] = [read(terms, 'mu'), read(terms, 'logvar')] as tf.Tensor2D[];
    expect(klFromStandardNormal({ mu: mu!, logVar: logVar! })).toBeAllClose(
      read(terms, 'kl_mean.value'),
      lossTolerance,
    );
    const kl = (m: tf.Tensor, l: tf.Tensor) =>
      klFromStandardNormal({ mu: m as tf.Tensor2D, logVar: l as tf.Tensor2D });
    const [byMu, byLogVar] = tf.grads(kl)([mu!, logVar!]);
    expect(byMu!).toBeAllClose(read(terms, 'kl_mean.grad_mu'), gradientTolerance);
    expect(byLogVar!).toBeAllClose(read(terms, 'kl_mean.grad_logvar'), gradientTolerance);
  });

  test('the Bernoulli term and its gradient equal the reference', () => {
    const pixels = read(terms, 'x');
    const loss = (logits: tf.Tensor) => bernoulliNegativeLogLikelihood(logits, pixels);
    const logits = read(terms, 'recon_logits');
    expect(loss(logits)).toBeAllClose(read(terms, 'bce_logits_sum.value'), lossTolerance);
    expect(tf.grad(loss)(logits)).toBeAllClose(
      read(terms, 'bce_logits_sum.grad_recon_logits'),
      gradientTolerance,
    );
  });

  test('the Bernoulli term stays finite and right where the sigmoid rounds to 0 or 1', () => {
    const logits = tf.tensor2d([[200, -200, 200, -200]]);
    const pixels = tf.tensor2d([[1, 0, 0, 1]]);
    expect(bernoulliNegativeLogLikelihood(logits, pixels).dataSync()[0]).toBe(400);
  });

  test('the Gaussian term and its gradient equal the reference, with and without σ', () => {
    const [pixels, means] = [read(terms, 'x'), read(terms, 'recon')];
    for (const [name, sigma, missing] of [
      ['gaussian_nll_sigma0.3', 0.3, 0],
      ['mse_half_sum', 1, 10 * halfLogTwoPi], // ten values without their constant
    ] as const) {
      const loss = (m: tf.Tensor) => gaussianNegativeLogLikelihood(m, pixels, sigma);
      expect(loss(means).dataSync()[0]! - missing).toBeCloseTo(
        read(terms, `${name}.value`).dataSync()[0]!,
        4,
      );
      expect(tf.grad(loss)(means)).toBeAllClose(read(terms, `${name}.grad_recon`), gradientTolerance);
    }
  });

  test.each(['vae_bce', 'vae_mse'])('values and gradients equal those of pythae (%s)', async (name) => {
    const reference = await loadReference(`losses/${name}.safetensors`);
    const config: VaeConfig = {
      ...defaultVaeConfig,
      imageSize: 4,
      hiddenUnits: [512],
      latentDim: 2,
      likelihood: name === 'vae_bce' ? 'bernoulli' : 'gaussian',
      sigma: 1,
    };
    const model = createVae(config, createRandomStream(1));
    importWeights(model, reference);
    const images = read(reference, 'x')
      .reshape<tf.Tensor4D>([5, 4, 4, 1])
      .mul<tf.Tensor4D>(2)
      .sub<tf.Tensor4D>(1);
    const rng = fixedNoise(read(reference, 'eps'));
    const { losses, gradients } = computeGradients(
      () => ({ ...vaeLoss(model, images, rng) }),
      model.parameters,
    );

    const constant = name === 'vae_mse' ? 16 * halfLogTwoPi : 0;
    expect(model.encode(images).mu).toBeAllClose(read(reference, 'embedding'), { rtol: 1e-4, atol: 1e-5 });
    expect(model.encode(images).logVar).toBeAllClose(read(reference, 'log_covariance'), {
      rtol: 1e-4,
      atol: 1e-5,
    });
    expect(losses.total!.sub(constant)).toBeAllClose(read(reference, 'loss'), lossTolerance);
    expect(losses.reconstruction!.sub(constant)).toBeAllClose(read(reference, 'recon_loss'), lossTolerance);
    expect(losses.kl!).toBeAllClose(read(reference, 'reg_loss'), lossTolerance);
    const pixels = model
      .decode(read(reference, 'z') as tf.Tensor2D)
      .add(1)
      .div(2);
    expect(pixels.reshape([5, 1, 4, 4])).toBeAllClose(read(reference, 'recon_x'), { rtol: 1e-4, atol: 1e-5 });
    for (const parameter of ['decoder.layers.0.0.weight', 'encoder.log_var.weight']) {
      expect(gradients[parameter]!.transpose()).toBeAllClose(
        read(reference, `grad.${parameter}`),
        gradientTolerance,
      );
    }
    model.dispose();
  });

  test.each(['bernoulli', 'gaussian'] as const)(
    'the gradient of the whole loss is the slope of the loss (%s)',
    (likelihood) => {
      const config: VaeConfig = {
        ...defaultVaeConfig,
        imageSize: 3,
        channels: 2,
        hiddenUnits: [5, 4],
        latentDim: 2,
        likelihood,
        klWeight: 1.7,
      };
      const model = createVae(config, createRandomStream(2));
      const images = createRandomStream(3).uniform<tf.Rank.R4>([4, 3, 3, 2], -1, 1);
      const loss = () => vaeLoss(model, images, createRandomStream(4));
      const { gradients } = computeGradients(() => ({ ...loss() }), model.parameters);
      for (const [name, { variable }] of model.parameters) {
        const direction = createRandomStream(5).fork(name).normal(variable.shape);
        const value = variable.clone();
        const at = (step: number) =>
          tf.tidy(() => {
            variable.assign(value.add(direction.mul(step)));
            return loss().total.dataSync()[0]!;
          });
        const step = 3e-3;
        const slope = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
        variable.assign(value);
        const expected = gradients[name]!.mul(direction).sum().dataSync()[0]!;
        expect(Math.abs(slope - expected), name).toBeLessThan(0.01 * Math.abs(expected) + 0.01);
      }
      model.dispose();
    },
  );

  test('klWeight scales the KL term in the total and nowhere else', () => {
    const images = createRandomStream(3).uniform<tf.Rank.R4>([4, 3, 3, 1], -1, 1);
    const [plain, weighted] = [1, 4].map((klWeight) => {
      const config = { ...defaultVaeConfig, imageSize: 3, hiddenUnits: [4], latentDim: 2, klWeight };
      const model = createVae(config, createRandomStream(2));
      const { total, reconstruction, kl } = vaeLoss(model, images, createRandomStream(4));
      model.dispose();
      return [total, reconstruction, kl].map((scalar) => scalar.dataSync()[0]!);
    });
    expect(weighted![1]).toBe(plain![1]);
    expect(weighted![2]).toBe(plain![2]);
    expect(weighted![0]! - plain![0]!).toBeCloseTo(3 * plain![2]!, 4);
  });
});

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
