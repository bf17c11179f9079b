import { computeGradients, createRandomStream, type Losses, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks, loadReference } from '@tintype/core-tensor/testing';
import { beforeAll, expect, test } from 'vitest';
import type { VectorQuantizerConfig } from './config.ts';
import { asLatents, createAlone } from './create-alone.test-support.ts';
import type { VectorQuantizer } from './vector-quantizer.ts';

// fixtures/reference/README.md: losses 1e-5, gradients 1e-3 of the largest entry.
const lossTolerance = { rtol: 1e-5, atol: 1e-6 };
const gradientTolerance = { rtol: 1e-3, atol: 1e-6 };
const exactly = { rtol: 0, atol: 0 };

const reference = await loadReference('losses/vq.safetensors');

function read<T extends tf.Tensor>(name: string): T {
  const { data, shape } = reference.get(name)!;
  return tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32') as T;
}

const fromNchw = (name: string) => read<tf.Tensor4D>(name).transpose<tf.Tensor4D>([0, 2, 3, 1]);
const startingAt = (name: string) => ({ initializer: () => read(name) });

describeOnBackends(
  'the vector quantiser beside its references',
  () => {
    test.each([
      ['legacy_True', 'codebook'],
      ['legacy_False', 'commitment'],
    ] as const)('loss, codes and gradients equal those of diffusers (%s)', async (name, betaOn) => {
      const { quantizer, parameters, dispose } = createAlone({ betaOn }, startingAt('codebook'));
      const latents = read<tf.Tensor4D>('z_nhwc');
      const target = fromNchw('pythae.target');
      const total = (z: tf.Tensor): Losses => {
        const { quantized, loss } = quantizer.quantize(z as tf.Tensor4D);
        return { total: loss.add(quantized.mul(target).mean()), loss };
      };
      const { losses, gradients } = computeGradients(() => total(latents), parameters);
      await expect(losses.loss!).toBeAllClose(read(`diffusers.${name}.loss`), lossTolerance);
      await expect(gradients['quantize.embedding.weight']!).toBeAllClose(
        read(`diffusers.${name}.grad_codebook`),
        gradientTolerance,
      );
      await expect(tf.grad((z) => total(z).total)(latents)).toBeAllClose(
        fromNchw(`diffusers.${name}.grad_z_nchw`),
        gradientTolerance,
      );
      const { quantized, codeIndices } = quantizer.quantize(latents);
      await expect(quantized).toBeAllClose(fromNchw(`diffusers.${name}.quantized_nchw`), lossTolerance);
      await expect(codeIndices.flatten()).toBeAllClose(read(`diffusers.${name}.indices`), exactly);
      dispose();
    });

    test('loss, gradients and perplexity equal those of pythae, whose terms are sums', async () => {
      const { quantizer, parameters, dispose } = createAlone({}, startingAt('codebook'));
      const latents = read<tf.Tensor4D>('z_nhwc');
      const target = fromNchw('pythae.target');
      const total = (z: tf.Tensor): Losses => {
        const { quantized, loss } = quantizer.quantize(z as tf.Tensor4D);
        const sums = loss.mul<tf.Scalar>(latents.size);
        return { total: sums.add(quantized.mul(target).sum()), sums };
      };
      const { losses, gradients } = computeGradients(() => total(latents), parameters);
      await expect(losses.sums!).toBeAllClose(read('pythae.loss_sum'), lossTolerance);
      await expect(gradients['quantize.embedding.weight']!).toBeAllClose(
        read('pythae.grad_codebook'),
        gradientTolerance,
      );
      await expect(tf.grad((z) => total(z).total)(latents)).toBeAllClose(
        read('pythae.grad_z'),
        gradientTolerance,
      );
      const { codeIndices, perplexity } = quantizer.quantize(latents);
      await expect(codeIndices.flatten()).toBeAllClose(read('pythae.indices').flatten(), exactly);
      await expect(perplexity).toBeAllClose(read('perplexity'), lossTolerance);
      dispose();
    });

    test.each([
      ['unsmoothed', 'division'],
      ['pythae', 'state'],
    ] as const)('five averaged updates equal the reference (%s)', async (name, smoothing) => {
      const { quantizer, entry, dispose } = createAlone(
        { codebookUpdate: 'ema', codebookDecay: 0.9 },
        { ...startingAt('ema.start.codebook'), smoothing },
      );
      await expect(entry('cluster_size')).toBeAllClose(read('ema.start.cluster_size'), exactly);
      await expect(entry('embedding_average')).toBeAllClose(read('ema.start.ema_embed'), exactly);
      for (let step = 0; step < 5; step++) {
        const at = `ema.step${step}`;
        const latents = read<tf.Tensor4D>(`${at}.z_nhwc`);
        const { quantized, loss, codeIndices } = quantizer.quantize(latents);
        await expect(loss.mul(latents.size)).toBeAllClose(read(`${at}.loss`), { rtol: 1e-4 });
        await expect(quantized).toBeAllClose(fromNchw(`${at}.quantized_nchw`), { rtol: 1e-4, atol: 1e-5 });
        await expect(codeIndices.flatten()).toBeAllClose(read(`${at}.indices`).flatten(), exactly);
        quantizer.updateCodebook(latents, codeIndices, createRandomStream(1));
        // The two conventions differ by 1e-6 here.
        await expect(entry('cluster_size')).toBeAllClose(read(`${at}.${name}.cluster_size`), {
          rtol: 5e-7,
          atol: 0,
        });
        await expect(entry('embedding_average')).toBeAllClose(read(`${at}.${name}.ema_embed`), lossTolerance);
        await expect(quantizer.codebook).toBeAllClose(read(`${at}.${name}.codebook`), lossTolerance);
      }
      dispose();
    });
  },
  { backends: ['cpu', 'wasm', 'webgpu'] },
);

describeOnBackends('the vector quantiser', () => {
  let latents: tf.Tensor4D;
  beforeAll(() => {
    latents = createRandomStream(3).normal([2, 3, 3, 3]);
  });
  /** Some function of the codes, as a decoder would be. */
  const decode = (codes: tf.Tensor) => codes.sin().mul(codes).sum();

  const gradientsOf = (
    quantizer: VectorQuantizer,
    total: (z: tf.Tensor4D) => tf.Scalar,
  ): { byLatents: tf.Tensor; byCodebook: tf.Tensor } => {
    const codebook = quantizer.codebook as tf.Tensor as tf.Variable;
    const { grads } = tf.variableGrads(() => total(latents), [codebook]);
    return {
      byLatents: tf.grad((z) => total(z as tf.Tensor4D))(latents),
      byCodebook: grads[codebook.name]!,
    };
  };

  test('the gradient by the latents is the one by the codes, and the numbers are the codes themselves', () => {
    const { quantizer, dispose } = createAlone();
    const codes = quantizer.lookup(quantizer.nearest(latents));
    const { quantized } = quantizer.quantize(latents);
    expect(quantized).toBeAllClose(codes, exactly);
    const byLatents = tf.grad((z) => decode(quantizer.quantize(z as tf.Tensor4D).quantized))(latents);
    expect(byLatents).toBeAllClose(tf.grad(decode)(codes), { rtol: 0, atol: 1e-7 });
    // A lookup alone hands the encoder nothing.
    const cut = (z: tf.Tensor) => decode(quantizer.lookup(quantizer.nearest(z as tf.Tensor4D)));
    expect(tf.grad(cut)(latents).abs().max().dataSync()[0]).toBe(0);
    dispose();
  });

  test('the codebook gets no gradient of the reconstruction', () => {
    const { quantizer, dispose } = createAlone();
    const without = gradientsOf(quantizer, (z) => quantizer.quantize(z).loss);
    const within = gradientsOf(quantizer, (z) => {
      const { loss, quantized } = quantizer.quantize(z);
      return loss.add(decode(quantized));
    });
    expect(within.byCodebook).toBeAllClose(without.byCodebook, exactly);
    expect(within.byLatents.sub(without.byLatents).abs().max().dataSync()[0]).toBeGreaterThan(0.1);
    dispose();
  });

  test('commitmentCost scales the pull on the latents and leaves the codebook alone, legacy the other way round', () => {
    const gradients = (config: Partial<VectorQuantizerConfig>) => {
      const { quantizer, dispose } = createAlone(config);
      const result = gradientsOf(quantizer, (z) => quantizer.quantize(z).loss);
      dispose();
      return result;
    };
    const [plain, scaled] = [0.25, 1].map((commitmentCost) => gradients({ commitmentCost }));
    expect(scaled!.byLatents).toBeAllClose(plain!.byLatents.mul(4));
    expect(scaled!.byCodebook).toBeAllClose(plain!.byCodebook, exactly);
    const [legacy, legacyScaled] = [0.25, 1].map((commitmentCost) =>
      gradients({ commitmentCost, betaOn: 'codebook' }),
    );
    expect(legacyScaled!.byLatents).toBeAllClose(legacy!.byLatents, exactly);
    expect(legacyScaled!.byCodebook).toBeAllClose(legacy!.byCodebook.mul(4));
  });

  test('averaged codes have the weighted commitment as their loss, and are not trained', () => {
    const { quantizer, parameters, dispose } = createAlone({ codebookUpdate: 'ema' });
    const { loss, commitmentLoss, codebookLoss } = quantizer.quantize(latents);
    expect(loss).toBeAllClose(commitmentLoss.mul(0.25), exactly);
    expect(codebookLoss).toBeAllClose(commitmentLoss, exactly);
    expect([...parameters].filter(([, { isTrainable }]) => isTrainable)).toEqual([]);
    dispose();
  });

  test('buffers are there where something counts, and a bare codebook where nothing does', () => {
    const namesOf = (config: Partial<VectorQuantizerConfig>) => {
      const { parameters, dispose } = createAlone(config);
      const names = [...parameters.keys()].map((name) => name.replace('quantize.', ''));
      dispose();
      return names;
    };
    expect(namesOf({})).toEqual(['embedding.weight']);
    expect(namesOf({ reviveBelow: 1 })).toEqual(['embedding.weight', 'cluster_size']);
    expect(namesOf({ codebookUpdate: 'ema' })).toEqual([
      'embedding.weight',
      'cluster_size',
      'embedding_average',
    ]);
  });

  test('nothing is left behind', async () => {
    const { quantizer, dispose } = createAlone({ codebookUpdate: 'ema', reviveBelow: 1 });
    await expectNoLeaks((round) => {
      const codeIndices = quantizer.nearest(latents);
      quantizer.updateCodebook(latents, codeIndices, createRandomStream(round));
      tf.dispose([codeIndices, quantizer.lookup(codeIndices)]);
    });
    dispose();
  });

  test.each<[string, unknown]>([
    ['codebookSize', 0],
    ['codebookSize', 1],
    ['codebookSize', 2.5],
    ['embeddingDim', 0],
    ['commitmentCost', -0.1],
    ['commitmentCost', Number.NaN],
    ['codebookDecay', 1],
    ['codebookDecay', -0.1],
    ['reviveBelow', -1],
    ['codebookUpdate', 'adam'],
    ['betaOn', 'both'],
  ])('%s %s is refused by name', (key, value) => {
    expect(() => createAlone({ [key]: value })).toThrow(
      expect.objectContaining({
        code: 'E_CONFIG',
        message: expect.stringContaining(`VectorQuantizerConfig.${key}`),
      }),
    );
  });

  test('β on the term that averages lack is refused, and latents of another width', () => {
    expect(() => createAlone({ codebookUpdate: 'ema', betaOn: 'codebook' })).toThrow(
      /betaOn 'codebook' needs/,
    );
    const { quantizer, dispose } = createAlone();
    expect(() => quantizer.nearest(asLatents([[1, 2]]))).toThrow(
      expect.objectContaining({ code: 'E_SHAPE' }),
    );
    dispose();
  });
});
