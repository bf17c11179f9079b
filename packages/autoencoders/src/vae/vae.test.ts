import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { defaultVaeConfig } from './config.ts';
import { createVae } from './vae.ts';

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
});
