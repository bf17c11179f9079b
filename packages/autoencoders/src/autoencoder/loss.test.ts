import { computeGradients, createRandomStream, type RandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, loadReference, type ReferenceTensors } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { expectSlopes } from '../expect-slopes.test-support.ts';
import { createAutoencoder } from './autoencoder.ts';
import { type AutoencoderConfig, defaultAutoencoderConfig } from './config.ts';
import { autoencoderLoss, reconstructionError } from './loss.ts';
import { contractivePenalty } from './slope-penalties.ts';
import { penalties, tinyConfig } from './tiny-autoencoder.test-support.ts';

// fixtures/reference/README.md: losses 1e-5, gradients 1e-3, outputs 1e-4 of the largest entry.
const lossTolerance = { rtol: 1e-5, atol: 1e-6 };
const gradientTolerance = { rtol: 1e-3, atol: 1e-6 };
const outputTolerance = { rtol: 1e-4, atol: 1e-5 };

const everywhere = { backends: ['cpu', 'wasm', 'webgpu'] } as const;

describeOnBackends(
  'the autoencoder beside pythae',
  () => {
    test('codes, reconstructions, loss and gradients are the recorded ones', async () => {
      const reference = await loadReference('losses/ae.safetensors');
      const config = { ...defaultAutoencoderConfig, imageSize: 4, hiddenUnits: [512], latentDim: 2 };
      const model = createAutoencoder(config, createRandomStream(1));
      for (const [name, { variable, layout }] of model.parameters) {
        const weight = read(reference, `w.${name}`);
        variable.assign(layout.startsWith('linear') ? weight.transpose() : weight);
      }
      const images = read(reference, 'x')
        .reshape<tf.Tensor4D>([5, 4, 4, 1])
        .mul<tf.Tensor4D>(2)
        .sub<tf.Tensor4D>(1);
      const { losses, gradients } = computeGradients(
        () => ({ ...autoencoderLoss(model, images, createRandomStream(1)) }),
        model.parameters,
      );
      await expect(model.encode(images)).toBeAllClose(read(reference, 'embedding'), outputTolerance);
      const pixels = model.reconstruct(images).add(1).div(2).reshape([5, 1, 4, 4]);
      await expect(pixels).toBeAllClose(read(reference, 'recon_x'), outputTolerance);
      await expect(losses.total!).toBeAllClose(read(reference, 'loss'), lossTolerance);
      await expect(losses.reconstruction!).toBeAllClose(read(reference, 'loss'), lossTolerance);
      for (const name of ['decoder.layers.0.0.weight', 'encoder.embedding.weight']) {
        await expect(gradients[name]!.transpose()).toBeAllClose(
          read(reference, `grad.${name}`),
          gradientTolerance,
        );
      }
      model.dispose();
    });
  },
  everywhere,
);

describeOnBackends('autoencoder losses', () => {
  /** Two images of 2 × 2 pixels: one that differs from its pixels 0, ¼, ½, 1, and one rebuilt without error. */
  const images = () => tf.tensor4d([-1, -0.5, 0, 1, 1, -1, 0, 0.5], [2, 2, 2, 1]);

  test('MSE and MAE are sums over 2 × 2 pixels in [0, 1] and means over two images', () => {
    const pixels = tf.tensor4d([0.1, 0.25, 0.75, 0.5, 1, 0, 0.5, 0.75], [2, 2, 2, 1]);
    const error = (reconstructionLoss: 'mse' | 'mae') =>
      reconstructionError(pixels, images(), { reconstructionLoss, output: 'linear' });
    expect(error('mse')).toBeAllClose((0.01 + 0 + 0.0625 + 0.25) / 2);
    expect(error('mae')).toBeAllClose((0.1 + 0 + 0.25 + 0.5) / 2);
    const odds: tf.Tensor4D = pixels.div(tf.sub(1, pixels));
    const logits = tf.clipByValue(tf.log(odds), -100, 100);
    const throughSigmoid = reconstructionError(logits, images(), {
      reconstructionLoss: 'mse',
      output: 'sigmoid',
    });
    expect(throughSigmoid).toBeAllClose((0.01 + 0 + 0.0625 + 0.25) / 2);
  });

  test('the cross-entropy is −x log y − (1 − x) log(1 − y), and finite where y rounds to 0 or 1', () => {
    const settings = { reconstructionLoss: 'bce', output: 'sigmoid' } as const;
    const logits = tf.fill([2, 2, 2, 1], Math.log(3)) as tf.Tensor4D; // y = ¾
    const [wrong, right] = [Math.log(4), Math.log(4 / 3)];
    const first = 0 + 0.25 + 0.5 + 1; // sums of x
    const second = 1 + 0 + 0.5 + 0.75;
    const expected = ((first + second) * right + (8 - first - second) * wrong) / 2;
    expect(reconstructionError(logits, images(), settings)).toBeAllClose(expected);
    const extreme = tf.tensor4d([200, -200, 200, -200], [1, 2, 2, 1]);
    const image = tf.tensor4d([1, -1, -1, 1], [1, 2, 2, 1]);
    expect(reconstructionError(extreme, image, settings).dataSync()[0]).toBe(400);
  });

  test('noise falls on the input, while the clean image stays the target', () => {
    const sigma = 0.3;
    const copying: AutoencoderConfig = {
      ...defaultAutoencoderConfig,
      imageSize: 2,
      hiddenUnits: [],
      latentDim: 4,
      output: 'linear',
      tiedWeights: true,
      allowsOvercomplete: true,
      noiseSigma: sigma,
    };
    const error = (config: AutoencoderConfig, rng: RandomStream) => {
      const model = createAutoencoder(config, createRandomStream(1));
      model.parameters.get('encoder.embedding.weight')!.variable.assign(tf.eye(4));
      model.parameters.get('encoder.embedding.bias')!.variable.assign(tf.zeros([4]));
      const loss = autoencoderLoss(model, images(), rng).total.dataSync()[0]!;
      model.dispose();
      return loss;
    };
    const rng = createRandomStream(5);
    // A copy of the noisy input misses the clean image by the noise; against the noisy image it would miss nothing.
    const noise = rng.fork('noise').normal([2, 2, 2, 1]).mul(sigma);
    expect(error(copying, rng)).toBeCloseTo(noise.square().sum().div(2).dataSync()[0]!, 5);
    expect(error({ ...copying, noiseSigma: 0 }, rng)).toBeCloseTo(0, 6);
    expect(error(copying, createRandomStream(6))).not.toBeCloseTo(error(copying, rng), 2);
  });

  test('½‖code‖² and ‖decoder‖² enter the total with their weights', () => {
    const config: AutoencoderConfig = { ...tinyConfig, latentPenalty: 3, decoderPenalty: 0.5 };
    const model = createAutoencoder(config, createRandomStream(1));
    const input = createRandomStream(2).uniform<tf.Rank.R4>([5, 4, 4, 1], -1, 1);
    const loss = autoencoderLoss(model, input, createRandomStream(3));
    const half = model.encode(input).square().sum().div(10).dataSync()[0]!;
    const squares = [...model.parameters]
      .filter(([name]) => name.startsWith('decoder.'))
      .reduce((sum, [, { variable }]) => sum + variable.square().sum().dataSync()[0]!, 0);
    expect(loss.latentNorm!).toBeAllClose(half);
    expect(loss.decoderRoughness!).toBeAllClose(squares);
    expect(loss.total).toBeAllClose(loss.reconstruction.dataSync()[0]! + 3 * half + 0.5 * squares);
    expect(loss).not.toHaveProperty('sparsity');
    model.dispose();
  });

  test('the total is the reconstruction and every penalty times its own weight', () => {
    const model = createAutoencoder({ ...tinyConfig, ...penalties, noiseSigma: 0.2 }, createRandomStream(1));
    const input = createRandomStream(2).uniform<tf.Rank.R4>([5, 4, 4, 1], -1, 1);
    const loss = autoencoderLoss(model, input, createRandomStream(3));
    const value = (scalar: tf.Scalar | undefined) => scalar!.dataSync()[0]!;
    const weighted = [
      penalties.sparsityWeight! * value(loss.sparsity),
      penalties.contractiveWeight! * value(loss.contraction),
      penalties.latentPenalty! * value(loss.latentNorm),
      penalties.decoderPenalty! * value(loss.decoderRoughness),
    ];
    expect(new Set(Object.values(penalties)).size).toBe(Object.keys(penalties).length);
    expect(loss.total).toBeAllClose(weighted.reduce((sum, term) => sum + term, value(loss.reconstruction)));
    expect(loss.contraction!).toBeAllClose(contractivePenalty(model, input)); // at the clean images
    model.dispose();
  });

  test.each<[string, Partial<AutoencoderConfig>]>([
    ['perceptrons, MSE', { noiseSigma: 0.2, ...penalties, decoderPenaltyKind: 'gradient' }],
    [
      'tied weights, linear pixels',
      {
        tiedWeights: true,
        output: 'linear',
        hiddenUnits: [],
        latentActivation: 'sigmoid',
        contractiveWeight: 0.5,
      },
    ],
    [
      'convolutions, cross-entropy',
      { architecture: 'conv', convChannels: [3], reconstructionLoss: 'bce', ...penalties },
    ],
  ])('the gradient of the whole loss is the slope of the loss (%s)', (_, options) => {
    const model = createAutoencoder({ ...tinyConfig, ...options }, createRandomStream(2));
    const images = createRandomStream(3).uniform<tf.Rank.R4>([4, 4, 4, 1], -1, 1);
    expectSlopes(model.parameters, () => autoencoderLoss(model, images, createRandomStream(4)));
    model.dispose();
  });
});

function read(reference: ReferenceTensors, name: string): tf.Tensor {
  const { data, shape } = reference.get(name)!;
  return tf.tensor(Float32Array.from(data), [...shape]);
}
