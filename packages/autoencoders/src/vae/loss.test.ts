import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { expectSlopes } from '../expect-slopes.test-support.ts';
import { defaultVaeConfig, type VaeConfig } from './config.ts';
import {
  bernoulliNegativeLogLikelihood,
  gaussianNegativeLogLikelihood,
  klFromStandardNormal,
  klWithFreeBits,
  reparameterize,
  vaeLoss,
} from './loss.ts';
import { describeVaeReference } from './reference.test-support.ts';
import { createVae } from './vae.ts';

describeVaeReference({ backends: ['cpu', 'wasm'] });

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

  test('by the code, E[z] has gradient 1 for mu and Var[z] the slope of finite differences for logVar', () => {
    const noise = createRandomStream(12).normal<tf.Rank.R2>([20_000, 1]);
    const draw = (mu: tf.Tensor, logVar: tf.Tensor) =>
      reparameterize(
        { mu: mu.broadcastTo<tf.Rank.R2>([20_000, 1]), logVar: logVar.broadcastTo<tf.Rank.R2>([20_000, 1]) },
        noise,
      );
    const mean = (mu: tf.Tensor, logVar: tf.Tensor) => draw(mu, logVar).mean<tf.Scalar>();
    const variance = (mu: tf.Tensor, logVar: tf.Tensor) => tf.moments(draw(mu, logVar)).variance as tf.Scalar;
    const [mu, logVar] = [tf.tensor2d([[0.7]]), tf.tensor2d([[-0.8]])];
    expect(tf.grads(mean)([mu, logVar])[0]!).toBeAllClose([[1]], { atol: 1e-4 });
    const [varianceByMu, varianceByLogVar] = tf.grads(variance)([mu, logVar]);
    const at = (step: number) => variance(mu, logVar.add(step)).dataSync()[0]!;
    const slope = (at(0.02) - at(-0.02)) / 0.04;
    expect(varianceByMu!.dataSync()[0]).toBeCloseTo(0, 4);
    expect(varianceByLogVar!.dataSync()[0]! / slope).toBeCloseTo(1, 2);
    expect(slope / Math.exp(-0.8)).toBeCloseTo(1, 1); // d exp(logVar) / d logVar, but for 20 000 draws
    // A scale of exp(logVar) instead of exp(logVar / 2) would have twice the relative slope.
    expect(slope / at(0)).toBeCloseTo(1, 3);
  });

  test('the Bernoulli term stays finite and right where the sigmoid rounds to 0 or 1', () => {
    const logits = tf.tensor2d([[200, -200, 200, -200]]);
    const pixels = tf.tensor2d([[1, 0, 0, 1]]);
    expect(bernoulliNegativeLogLikelihood(logits, pixels).dataSync()[0]).toBe(400);
  });

  test.each<Partial<VaeConfig>>([
    { likelihood: 'bernoulli' },
    { likelihood: 'gaussian' },
    { likelihood: 'gaussian', output: 'linear', hiddenUnits: [] },
    { architecture: 'conv', imageSize: 4, convChannels: [3], hiddenUnits: [5], numClasses: 3 },
  ])('the gradient of the whole loss is the slope of the loss (%j)', (changes) => {
    const config: VaeConfig = {
      ...defaultVaeConfig,
      imageSize: 3,
      channels: 2,
      hiddenUnits: [5, 4],
      latentDim: 2,
      klWeight: 1.7,
      ...changes,
    };
    const model = createVae(config, createRandomStream(2));
    const { imageSize, numClasses } = config;
    const images = createRandomStream(3).uniform<tf.Rank.R4>([4, imageSize, imageSize, 2], -1, 1);
    const labels = numClasses === null ? {} : { labels: tf.tensor1d([2, 0, 1, 1], 'int32') };
    const loss = () => vaeLoss(model, images, createRandomStream(4), labels);
    expectSlopes(model.parameters, loss);
    model.dispose();
  });

  test('every term sums over pixels and latents: twice as many give twice the nats, whatever the batch', () => {
    const [pixels, logits] = [tf.fill([2, 3, 3, 1], 0.3), tf.fill([2, 3, 3, 1], 0.8)];
    const posterior = { mu: tf.fill<tf.Rank.R2>([2, 4], 0.5), logVar: tf.fill<tf.Rank.R2>([2, 4], -1) };
    const twice = (tensor: tf.Tensor, axis: number) => tf.concat([tensor, tensor], axis);
    const along = (axis: number) => ({
      mu: twice(posterior.mu, axis) as tf.Tensor2D,
      logVar: twice(posterior.logVar, axis) as tf.Tensor2D,
    });
    const terms = [
      (axis: number) => bernoulliNegativeLogLikelihood(twice(logits, axis), twice(pixels, axis)),
      (axis: number) => gaussianNegativeLogLikelihood(twice(logits, axis), twice(pixels, axis), 0.3),
      (axis: number) => klFromStandardNormal(along(axis)),
      (axis: number) => klWithFreeBits(along(axis), 0.1),
    ];
    const once = [
      bernoulliNegativeLogLikelihood(logits, pixels),
      gaussianNegativeLogLikelihood(logits, pixels, 0.3),
      klFromStandardNormal(posterior),
      klWithFreeBits(posterior, 0.1),
    ];
    terms.forEach((term, i) => {
      const value = once[i]!.dataSync()[0]!;
      expect(term(0).dataSync()[0]! / value, 'a larger batch').toBeCloseTo(1, 5);
      expect(term(1).dataSync()[0]! / value, 'more numbers').toBeCloseTo(2, 5);
    });
  });

  test('the mean over all numbers instead of their sum would make the balance of the terms depend on the size', () => {
    const share = (kl: number, reconstruction: number) => kl / reconstruction;
    const [pixels, logits] = [tf.fill([2, 28, 28, 1], 0.3), tf.fill([2, 28, 28, 1], 0.8)];
    const posterior = { mu: tf.fill<tf.Rank.R2>([2, 4], 1), logVar: tf.zeros<tf.Rank.R2>([2, 4]) };
    const reconstruction = bernoulliNegativeLogLikelihood(logits, pixels).dataSync()[0]!;
    const kl = klFromStandardNormal(posterior).dataSync()[0]!;
    expect(kl).toBe(2); // ½ a latent, four of them
    const meanOfPixels = tf.losses.sigmoidCrossEntropy(pixels, logits).dataSync()[0]!;
    expect(reconstruction / meanOfPixels).toBeCloseTo(784, 1);
    expect(share(kl, meanOfPixels) / share(kl, reconstruction)).toBeCloseTo(784, 1); // β = 784, in secret
  });

  test('a latent number with less than λ nats costs λ and has no gradient; the others cost what they are', () => {
    const [mu, logVar] = [
      tf.tensor2d([
        [1, 0.1],
        [2, -0.1],
      ]),
      tf.zeros<tf.Rank.R2>([2, 2]),
    ];
    // ½ mu²: (0.5 + 2) / 2 and 0.005 nats.
    const paid = (m: tf.Tensor) => klWithFreeBits({ mu: m as tf.Tensor2D, logVar }, 0.3);
    expect(paid(mu).dataSync()[0]).toBeCloseTo(1.25 + 0.3, 5);
    expect(klFromStandardNormal({ mu, logVar }).dataSync()[0]).toBeCloseTo(1.25 + 0.005, 5);
    expect(tf.grad(paid)(mu)).toBeAllClose([
      [0.5, 0],
      [1, 0],
    ]);
    const unpaid = (m: tf.Tensor) => klWithFreeBits({ mu: m as tf.Tensor2D, logVar }, 0);
    expect(tf.grad(unpaid)(mu)).toBeAllClose([
      [0.5, 0.05],
      [1, -0.05],
    ]);
  });

  test('the mean over the batch has to reach λ, not each image', () => {
    // 0.02 and 0.5 nats: 0.26 in the mean. By image it would be (0.3 + 0.5) / 2.
    const posterior = { mu: tf.tensor2d([[0.2], [1]]), logVar: tf.zeros<tf.Rank.R2>([2, 1]) };
    expect(klWithFreeBits(posterior, 0.3).dataSync()[0]).toBeCloseTo(0.3, 6);
    expect(klWithFreeBits(posterior, 0.2).dataSync()[0]).toBeCloseTo(0.26, 6);
  });

  test('free bits are in the total and not in kl', () => {
    const images = createRandomStream(3).uniform<tf.Rank.R4>([4, 3, 3, 1], -1, 1);
    const config = { ...defaultVaeConfig, imageSize: 3, hiddenUnits: [4], latentDim: 2, freeBits: 5 };
    const model = createVae(config, createRandomStream(2));
    const { total, reconstruction, kl } = vaeLoss(model, images, createRandomStream(4));
    expect(total.sub(reconstruction).dataSync()[0]).toBeCloseTo(10, 4);
    expect(kl.dataSync()[0]).toBeLessThan(5);
    model.dispose();
  });

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
