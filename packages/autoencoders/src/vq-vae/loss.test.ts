import { computeGradients, createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import type { VqVaeConfig } from './config.ts';
import { vqVaeLoss } from './loss.ts';
import { tinyVqVaeConfig } from './tiny-vq-vae.test-support.ts';
import { createVqVae, type VqVae } from './vq-vae.ts';

const exactly = { rtol: 0, atol: 0 };
const create = (config: Partial<VqVaeConfig> = {}) =>
  createVqVae({ ...tinyVqVaeConfig, codebookUpdate: 'loss', ...config }, createRandomStream(1));
const someImages = () => createRandomStream(2).uniform<tf.Rank.R4>([3, 8, 8, 1], -1, 1);
const gradientsOf = (model: VqVae, images: tf.Tensor4D) =>
  computeGradients(() => ({ ...vqVaeLoss(model, images).losses }), model.parameters);

describeOnBackends('the loss of a VQ-VAE', () => {
  test('its terms are means, by hand, and the total weighs them as the paper does', () => {
    for (const codebookUpdate of ['loss', 'ema'] as const) {
      const model = create({ codebookUpdate, commitmentCost: 0.7 });
      const images = someImages();
      const { losses, encoded } = vqVaeLoss(model, images);
      const x = images.dataSync();
      const means = model.decodeMeans(model.quantizer.lookup(encoded.codeIndices)).dataSync();
      const z = encoded.latents.dataSync();
      const e = model.quantizer.lookup(encoded.codeIndices).dataSync();
      const reconstruction = meanSquare(x, means);
      const distance = meanSquare(z, e);
      expect(losses.reconstruction).toBeAllClose([reconstruction]);
      expect(losses.codebook).toBeAllClose([distance]);
      expect(losses.commitment).toBeAllClose([distance]);
      const codebookTerm = codebookUpdate === 'loss' ? distance : 0;
      expect(losses.total).toBeAllClose([reconstruction + codebookTerm + 0.7 * distance]);
      model.dispose();
    }
  });

  test('β moves the encoder, and neither codebook nor decoder', () => {
    const images = someImages();
    const [plain, heavy] = [0.25, 2].map((commitmentCost) => {
      const model = create({ commitmentCost });
      const { gradients } = gradientsOf(model, images);
      model.dispose();
      return gradients;
    });
    for (const name of ['quantize.embedding.weight', 'decoder.convs.0.weight']) {
      expect(heavy![name]!, name).toBeAllClose(plain![name]!, exactly);
    }
    expect(heavy!['encoder.convs.0.weight']!).not.toBeAllClose(plain!['encoder.convs.0.weight']!);
  });

  test('without commitment the encoder gets the gradient of its codes, as if it had made them', () => {
    const model = create({ commitmentCost: 0 });
    const images = someImages();
    const { gradients } = gradientsOf(model, images);
    const codes = model.quantizer.lookup(model.encodeIndices(images));
    const byCodes = tf.grad((e) => tf.squaredDifference(model.decodeMeans(e as tf.Tensor4D), images).mean())(
      codes,
    );
    const expected = computeGradients(
      () => model.encode(images).mul(byCodes).sum<tf.Scalar>(),
      model.parameters,
    );
    const names = Object.keys(expected.gradients);
    expect(names).toContain('encoder.convs.0.weight');
    for (const name of names) {
      expect(gradients[name]!, name).toBeAllClose(expected.gradients[name]!, { rtol: 1e-5, atol: 1e-7 });
    }
    model.dispose();
  });

  test('averaged codes get no gradient at all', () => {
    const model = create({ codebookUpdate: 'ema' });
    expect(Object.keys(gradientsOf(model, someImages()).gradients)).not.toContain(
      'quantize.embedding.weight',
    );
    model.dispose();
  });
});

function meanSquare(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length;
}
