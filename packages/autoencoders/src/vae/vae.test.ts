import {
  createRandomStream,
  decodeSafetensors,
  encodeSafetensors,
  loadWeights,
  readWeights,
  tf,
} from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { describe, expect, test } from 'vitest';
import { defaultVaeConfig } from './config.ts';
import { createVae, type Vae } from './vae.ts';

const config = { ...defaultVaeConfig, imageSize: 2, channels: 3, hiddenUnits: [6, 5], latentDim: 4 };
const create = () => createVae(config, createRandomStream(1));
const someImages = () => createRandomStream(2).uniform<tf.Rank.R4>([3, 2, 2, 3], -1, 1);

describeOnBackends('createVae', () => {
  test('parameters carry the names of the reference implementation', () => {
    const model = create();
    expect([...model.parameters.keys()].filter((name) => name.endsWith('weight'))).toEqual([
      'encoder.layers.0.0.weight',
      'encoder.layers.1.0.weight',
      'encoder.embedding.weight',
      'encoder.log_var.weight',
      'decoder.layers.0.0.weight',
      'decoder.layers.1.0.weight',
      'decoder.layers.2.0.weight',
    ]);
    expect(model.parameters.get('encoder.layers.0.0.weight')).toMatchObject({
      layout: 'linearFromChw',
      chwShape: [3, 2, 2],
    });
    model.dispose();
  });

  test('encode, decode and reconstruct keep their shapes and ranges', () => {
    const model = create();
    const images = someImages();
    const { mu, logVar } = model.encode(images);
    expect([mu.shape, logVar.shape]).toEqual([
      [3, 4],
      [3, 4],
    ]);
    const decoded = model.decode(mu);
    expect(decoded.shape).toEqual([3, 2, 2, 3]);
    expect(decoded.dataSync().every((value) => value > -1 && value < 1)).toBe(true);
    expect(model.reconstruct(images)).toBeAllClose(decoded);
    model.dispose();
  });

  test('the last layer of the decoder writes pixels in C, H, W order, as PyTorch would', () => {
    const model = create();
    model.parameters.get('decoder.layers.2.0.weight')!.variable.assign(tf.zeros([6, 12]));
    model.parameters.get('decoder.layers.2.0.bias')!.variable.assign(tf.range(0, 12));
    const logits = model.decodeLogits(tf.zeros([1, 4])).dataSync();
    // Pixel (y, x) of channel c is number 4c + 2y + x.
    expect([...logits]).toEqual([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
    model.dispose();
  });

  test('nothing is left behind, dispose may be called twice, and later use is refused', async () => {
    const images = someImages();
    const latents = tf.zeros<tf.Rank.R2>([1, 4]);
    const model = create();
    await expectNoLeaks(() =>
      tf.dispose([{ ...model.encode(images) }, model.decode(latents), model.reconstruct(images)]),
    );
    await expectNoLeaks(() => create().dispose());
    model.dispose();
    model.dispose();
    expect(() => model.encode(images)).toThrow(expect.objectContaining({ code: 'E_DISPOSED' }));
    expect(() => model.decode(latents)).toThrow(expect.objectContaining({ code: 'E_DISPOSED' }));
  });

  test('wrong shapes are refused by name', () => {
    const model = create();
    expect(() => model.encode(tf.zeros([3, 2, 2, 1]))).toThrow(
      /images.*got \[3, 2, 2, 1\], expected \[any, 2, 2, 3\]/,
    );
    expect(() => model.encode(tf.zeros([0, 2, 2, 3]))).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
    expect(() => model.decode(tf.zeros([3, 5]))).toThrow(/latents.*got \[3, 5\], expected \[any, 4\]/);
    model.dispose();
  });

  test('a convolutional VAE has halving maps, whose parameters are convs', () => {
    const model = createVae(
      { ...config, imageSize: 8, architecture: 'conv', convChannels: [2, 3], hiddenUnits: [5] },
      createRandomStream(1),
    );
    expect(shapesOf(model)).toEqual({
      'encoder.convs.0.weight': [4, 4, 3, 2],
      'encoder.convs.1.weight': [4, 4, 2, 3],
      'encoder.layers.0.0.weight': [12, 5],
      'encoder.embedding.weight': [5, 4],
      'encoder.log_var.weight': [5, 4],
      'decoder.layers.0.0.weight': [4, 5],
      'decoder.layers.1.0.weight': [5, 12],
      'decoder.convs.0.weight': [4, 4, 2, 3],
      'decoder.convs.1.weight': [4, 4, 3, 2],
    });
    const images = createRandomStream(2).uniform<tf.Rank.R4>([3, 8, 8, 3], -1, 1);
    expect(model.reconstruct(images).shape).toEqual([3, 8, 8, 3]);
    model.dispose();
  });

  test('without hidden layers both maps are linear', () => {
    const model = createVae({ ...config, hiddenUnits: [] }, createRandomStream(1));
    expect(shapesOf(model)).toEqual({
      'encoder.embedding.weight': [12, 4],
      'encoder.log_var.weight': [12, 4],
      'decoder.layers.0.0.weight': [4, 12],
    });
    expect(model.parameters.get('encoder.embedding.weight')).toMatchObject({ chwShape: [3, 2, 2] });
    const [a, b] = [0, 1].map((i) => createRandomStream(3).fork(i).normal<tf.Rank.R2>([2, 4]));
    const halfway = model.decodeLogits(a!.add(b!).div<tf.Tensor2D>(2));
    expect(halfway).toBeAllClose(model.decodeLogits(a!).add(model.decodeLogits(b!)).div(2));
    model.dispose();
  });

  test('a linear output is the mean itself, and a sigmoid keeps it in [-1, 1]', () => {
    const latents = tf.fill<tf.Rank.R2>([1, 4], 50);
    const [linear, sigmoid] = (['linear', 'sigmoid'] as const).map((output) => {
      const model = createVae({ ...config, likelihood: 'gaussian', output }, createRandomStream(1));
      const images = model.decode(latents);
      const means = model.decodeLogits(latents);
      model.dispose();
      return { images, means };
    });
    expect(linear!.images).toBeAllClose(linear!.means.mul(2).sub(1));
    expect(Math.max(...linear!.images.abs().dataSync())).toBeGreaterThan(1);
    expect(Math.max(...sigmoid!.images.abs().dataSync())).toBeLessThanOrEqual(1);
  });

  describe('with classes', () => {
    const conditional = () => createVae({ ...config, numClasses: 3 }, createRandomStream(1));
    const labels = (...values: number[]) => tf.tensor1d(values, 'int32');

    test('encoder and decoder change with the label, and with nothing but their own', () => {
      const model = conditional();
      const images = someImages();
      const codes = tf.zeros<tf.Rank.R2>([3, 4]);
      const outputs = (given: tf.Tensor1D) => {
        const { mu, logVar } = model.encode(images, given);
        return [mu, logVar, model.decode(codes, given).reshape<tf.Tensor2D>([3, 12])];
      };
      const [before, after] = [outputs(labels(0, 1, 2)), outputs(labels(0, 2, 2))];
      before.forEach((tensor, i) => {
        const changes = tensor.sub(after[i]!).abs().max(1).dataSync();
        expect([...changes].map((change) => change > 1e-3)).toEqual([false, true, false]);
      });
      expect(model.reconstruct(images, labels(0, 1, 2))).toBeAllClose(
        model.decode(model.encode(images, labels(0, 1, 2)).mu, labels(0, 1, 2)),
      );
      model.dispose();
    });

    test('its first weights have rows for the labels behind those of features and codes', () => {
      const model = conditional();
      expect(shapesOf(model)).toMatchObject({
        'encoder.layers.0.0.weight': [12, 6],
        'encoder.embedding.weight': [5 + 3, 4],
        'decoder.layers.0.0.weight': [4 + 3, 5],
      });
      model.dispose();
    });

    test('linear or behind convolutions, where the label follows a map, its weights come back from a file', async () => {
      for (const changes of [{ hiddenUnits: [] }, { architecture: 'conv', convChannels: [3] } as const]) {
        const forms = { ...config, hiddenUnits: [], numClasses: 3, ...changes };
        const [model, other] = [1, 2].map((seed) => createVae(forms, createRandomStream(seed)));
        loadWeights(
          other!.parameters,
          decodeSafetensors(encodeSafetensors(await readWeights(model!.parameters))),
        );
        const [images, given] = [someImages(), labels(0, 1, 2)];
        expect(other!.reconstruct(images, given)).toBeAllClose(model!.reconstruct(images, given));
        model!.dispose();
        other!.dispose();
      }
    });

    test('labels that are missing, too few, no classes or not asked for are refused', () => {
      const model = conditional();
      const refusal = expect.objectContaining({ code: 'E_LABEL' });
      expect(() => model.encode(someImages())).toThrow(refusal);
      expect(() => model.encode(someImages(), labels(0, 3, 1))).toThrow(/labels\[1\].*got 3/);
      expect(() => model.encode(someImages(), labels(0, -1, 1))).toThrow(refusal);
      expect(() => model.decode(tf.zeros([2, 4]), labels(0))).toThrow(
        expect.objectContaining({ code: 'E_SHAPE' }),
      );
      const plain = create();
      expect(() => plain.decode(tf.zeros([1, 4]), labels(0))).toThrow(refusal);
      model.dispose();
      plain.dispose();
    });
  });
});

function shapesOf({ parameters }: Vae): Record<string, readonly number[]> {
  return Object.fromEntries(
    [...parameters]
      .filter(([name]) => name.endsWith('weight'))
      .map(([name, { variable }]) => [name, variable.shape]),
  );
}
