import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { defaultVqVaeConfig } from './config.ts';
import { tinyVqVaeConfig } from './tiny-vq-vae.test-support.ts';
import { createVqVae } from './vq-vae.ts';

const exactly = { rtol: 0, atol: 0 };
const create = () => createVqVae(tinyVqVaeConfig, createRandomStream(1));
const someImages = () => createRandomStream(2).uniform<tf.Rank.R4>([3, 8, 8, 1], -1, 1);

describeOnBackends('VQ-VAE', () => {
  test('images become grids of integers, and those images', () => {
    const model = create();
    const images = someImages();
    expect(model.encode(images).shape).toEqual([3, 2, 2, 3]);
    const codeIndices = model.encodeIndices(images);
    expect([codeIndices.shape, codeIndices.dtype]).toEqual([[3, 2, 2], 'int32']);
    expect(model.decodeIndices(codeIndices).shape).toEqual([3, 8, 8, 1]);
    expect(model.reconstruct(images).shape).toEqual([3, 8, 8, 1]);
    model.dispose();
  });

  test('colour images and other numbers of halvings and residual blocks fit', () => {
    for (const [downsamplings, residualLayers] of [
      [1, 0],
      [3, 2],
    ] as const) {
      const model = createVqVae(
        { ...tinyVqVaeConfig, channels: 3, downsamplings, residualLayers },
        createRandomStream(1),
      );
      const images = createRandomStream(2).uniform<tf.Rank.R4>([2, 8, 8, 3], -1, 1);
      expect(model.gridSize).toBe(8 / 2 ** downsamplings);
      expect(model.encodeIndices(images).shape).toEqual([2, model.gridSize, model.gridSize]);
      expect(model.reconstruct(images).shape).toEqual([2, 8, 8, 3]);
      model.dispose();
    }
  });

  test('an integer grid that was written down decodes to the same bits', () => {
    const model = create();
    const images = someImages();
    const written = JSON.stringify(model.encodeIndices(images).arraySync());
    const read = tf.tensor3d(JSON.parse(written), undefined, 'int32');
    expect(model.decodeIndices(read)).toBeAllClose(model.reconstruct(images), exactly);
    // Codes are their own nearest codes.
    expect(model.quantizer.nearest(model.quantizer.lookup(read))).toBeAllClose(read, exactly);
    const other = tf.tidy(() => read.add<tf.Tensor3D>(1).mod<tf.Tensor3D>(5).cast<tf.Tensor3D>('int32'));
    expect(model.decodeIndices(other)).not.toBeAllClose(model.reconstruct(images));
    model.dispose();
  });

  test('an image costs gridSize² · log₂ codebookSize bits: 343 with the defaults', () => {
    const model = createVqVae(defaultVqVaeConfig, createRandomStream(1));
    expect([model.gridSize, model.bitsPerImage]).toEqual([7, 343]);
    model.dispose();
    const tiny = create();
    expect(tiny.bitsPerImage).toBeCloseTo(4 * Math.log2(5), 12);
    tiny.dispose();
  });

  test('decoded images stay in [-1, 1]; the means do not', () => {
    const model = create();
    model.parameters.get('decoder.convs.1.bias')!.variable.assign(tf.tensor1d([3]));
    const codes = model.quantizer.lookup(tf.zeros([1, 2, 2], 'int32'));
    expect(model.decode(codes).max().dataSync()[0]).toBe(1);
    expect(model.decodeMeans(codes).max().dataSync()[0]).toBeGreaterThan(2);
    model.dispose();
  });

  test('nothing is left behind, dispose may be called twice, and later use is refused', async () => {
    const images = someImages();
    const model = create();
    await expectNoLeaks(() => {
      const codeIndices = model.encodeIndices(images);
      tf.dispose([model.decodeIndices(codeIndices), model.reconstruct(images), codeIndices]);
    });
    await expectNoLeaks(() => create().dispose());
    model.dispose();
    model.dispose();
    expect(() => model.encode(images)).toThrow(expect.objectContaining({ code: 'E_DISPOSED' }));
    expect(() => model.decodeIndices(tf.zeros([1, 2, 2], 'int32'))).toThrow(
      expect.objectContaining({ code: 'E_DISPOSED' }),
    );
  });

  test('wrong shapes are refused by name', () => {
    const model = create();
    expect(() => model.encode(tf.zeros([3, 8, 8, 3]))).toThrow(
      /images.*got \[3, 8, 8, 3\], expected \[any, 8, 8, 1\]/,
    );
    expect(() => model.encodeIndices(tf.zeros([0, 8, 8, 1]))).toThrow(
      expect.objectContaining({ code: 'E_SHAPE' }),
    );
    expect(() => model.decodeIndices(tf.zeros([3, 3, 2], 'int32'))).toThrow(/codeIndices/);
    expect(() => model.decode(tf.zeros([3, 2, 2, 4]))).toThrow(/latents/);
    model.dispose();
  });
});
