import { computeGradients, createRandomStream, type RandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { type Autoencoder, createAutoencoder } from './autoencoder.ts';
import type { AutoencoderConfig } from './config.ts';
import { contractivePenalty, decoderGradientPenalty } from './slope-penalties.ts';
import { tinyConfig } from './tiny-autoencoder.test-support.ts';

const create = (options: Partial<AutoencoderConfig>) =>
  createAutoencoder({ ...tinyConfig, ...options }, createRandomStream(1));
const someImages = () => createRandomStream(2).uniform<tf.Rank.R4>([3, 4, 4, 1], -1, 1);
const matrix = (model: Autoencoder, name: string) =>
  model.parameters.get(name)!.variable as tf.Tensor as tf.Tensor2D;

describeOnBackends(
  'the contractive penalty of one hidden layer',
  () => {
    /** Rifai et al. (2011), carried through a ReLU: J = W₂ᵀ diag(hidden > 0) W₁ᵀ of each image. */
    const closedForm = (model: Autoencoder, images: tf.Tensor4D) => {
      const [w1, w2] = [
        matrix(model, 'encoder.layers.0.0.weight'),
        matrix(model, 'encoder.embedding.weight'),
      ];
      const pixels = images.add(1).div(2).reshape<tf.Tensor2D>([3, 16]);
      const bias = model.parameters.get('encoder.layers.0.0.bias')!.variable;
      const isActive = tf.matMul(pixels, w1).add(bias).greater(0).toFloat();
      const rows = isActive.unstack().map((active) => tf.matMul(w1.mul(active), w2).square().sum());
      return tf.addN(rows).div<tf.Scalar>(3);
    };

    test('equals its closed form, and so do its gradients by the weights', async () => {
      const model = create({});
      const images = someImages();
      const gradientsOf = (loss: () => tf.Scalar) => computeGradients(loss, model.parameters);
      const actual = gradientsOf(() => contractivePenalty(model, images));
      const expected = gradientsOf(() => closedForm(model, images));
      await expect(actual.losses.total).toBeAllClose(expected.losses.total);
      for (const name of ['encoder.layers.0.0.weight', 'encoder.embedding.weight']) {
        await expect(actual.gradients[name]!).toBeAllClose(expected.gradients[name]!, { rtol: 1e-4 });
      }
      model.dispose();
    });
  },
  { backends: ['cpu', 'wasm', 'webgpu'] },
);

describeOnBackends('penalties on slopes', () => {
  test('the contractive penalty of a linear sigmoid encoder on 2 × 2 pixels is Σ (h(1 − h))² ‖w‖²', () => {
    const model = create({ imageSize: 2, hiddenUnits: [], latentDim: 2, latentActivation: 'sigmoid' });
    const images = createRandomStream(2).uniform<tf.Rank.R4>([1, 2, 2, 1], -1, 1);
    const h = model.encode(images);
    const lengths = matrix(model, 'encoder.embedding.weight').square().sum(0);
    const expected = h.mul(tf.sub(1, h)).square().mul(lengths).sum();
    expect(contractivePenalty(model, images)).toBeAllClose(expected);
    model.dispose();
  });

  test.each<[string, Partial<AutoencoderConfig>]>([
    ['perceptrons', { latentActivation: 'sigmoid' }],
    ['convolutions', { architecture: 'conv', convChannels: [3] }],
  ])('the contractive penalty is the squared Jacobian by finite differences (%s)', (_, options) => {
    const model = create(options);
    const images = someImages();
    const expected = squaredJacobian(
      (x) => model.encode(x as tf.Tensor4D),
      images,
      0.02, // images span 2 where pixels span 1: a step of 0.01 in pixels
      0.01,
    );
    expect(contractivePenalty(model, images).dataSync()[0]! / expected).toBeCloseTo(1, 2);
    model.dispose();
  });

  test('over every axis of the pixels the decoder penalty adds up to the squared Jacobian', () => {
    const model = create({ hiddenUnits: [20], imageSize: 2 });
    const code = createRandomStream(3).normal<tf.Rank.R2>([1, 3]);
    const expected = squaredJacobian((z) => model.decode(z as tf.Tensor2D), code, 0.02, 0.04);
    const codes = tf.tile(code, [4, 1]);
    const axes = streamOf(tf.eye(4).reshape([4, 2, 2, 1]));
    const penalty = decoderGradientPenalty(model, codes, axes).dataSync()[0]! * 4;
    expect(penalty / expected).toBeCloseTo(1, 2);
    model.dispose();
  });

  test('with random directions it is the squared Jacobian on average', () => {
    const model = create({ hiddenUnits: [], output: 'linear' });
    const codes = tf.zeros<tf.Rank.R2>([4000, 3]);
    const expected = matrix(model, 'decoder.layers.0.0.weight').square().sum().dataSync()[0]!;
    const penalty = decoderGradientPenalty(model, codes, createRandomStream(4)).dataSync()[0]!;
    expect(Math.abs(penalty / expected - 1)).toBeLessThan(0.05);
    model.dispose();
  });
});

/** Mean over rows of ‖∂y/∂x‖² by central differences: x moves by `step` either way, which counts as `unit`. */
function squaredJacobian(f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, step: number, unit: number): number {
  return tf.tidy(() => {
    const [rows] = x.shape as [number];
    const size = x.size / rows;
    let sum = 0;
    for (let i = 0; i < size; i++) {
      const shift = tf
        .oneHot(tf.tensor1d([i], 'int32'), size)
        .toFloat()
        .mul(step)
        .reshape([1, ...x.shape.slice(1)]);
      const slope = f(x.add(shift))
        .sub(f(x.sub(shift)))
        .div(2 * unit);
      sum += slope.square().sum().dataSync()[0]!;
    }
    return sum / rows;
  });
}

/** A stream whose normal numbers are given. */
function streamOf(numbers: tf.Tensor): RandomStream {
  return { ...createRandomStream(0), normal: (() => numbers.clone()) as RandomStream['normal'] };
}
