import { createConstantOutputMonitor, createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test, vi } from 'vitest';
import { interpolateLatents } from '../latent-walk/index.ts';
import { anomalyScore } from './anomaly-score.ts';
import { type Autoencoder, createAutoencoder } from './autoencoder.ts';
import { type AutoencoderConfig, defaultAutoencoderConfig } from './config.ts';
import { eigenSymmetric, gram } from './eigen.test-support.ts';

const config = {
  ...defaultAutoencoderConfig,
  imageSize: 2,
  channels: 3,
  hiddenUnits: [6, 5],
  latentDim: 4,
};
const create = (options: Partial<AutoencoderConfig> = {}) =>
  createAutoencoder({ ...config, ...options }, createRandomStream(1));
const someImages = (count = 3) => createRandomStream(2).uniform<tf.Rank.R4>([count, 2, 2, 3], -1, 1);

describeOnBackends('createAutoencoder', () => {
  test('parameters carry the names of the reference implementation', () => {
    const model = create();
    expect([...model.parameters.keys()].filter((name) => name.endsWith('weight'))).toEqual([
      'encoder.layers.0.0.weight',
      'encoder.layers.1.0.weight',
      'encoder.embedding.weight',
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

  test.each([
    ['perceptrons', {}],
    ['convolutions', { architecture: 'conv', convChannels: [5] }],
    ['convolutions alone', { architecture: 'conv', convChannels: [5], hiddenUnits: [] }],
    ['linear maps', { hiddenUnits: [] }],
    ['tied weights', { tiedWeights: true }],
  ] as const)('encode, decode and reconstruct keep their shapes and ranges with %s', (_, options) => {
    const model = create(options);
    const images = someImages();
    const codes = model.encode(images);
    expect(codes.shape).toEqual([3, 4]);
    const decoded = model.decode(codes);
    expect(decoded.shape).toEqual([3, 2, 2, 3]);
    expect(decoded.dataSync().every((value) => value > -1 && value < 1)).toBe(true);
    expect(model.reconstruct(images)).toBeAllClose(decoded);
    model.dispose();
  });

  test('the sigmoid keeps codes in (0, 1), where linear ones are not', () => {
    for (const latentActivation of ['sigmoid', 'linear'] as const) {
      const model = create({ latentActivation, hiddenUnits: [] });
      const isInside = [...model.encode(someImages()).dataSync()].every((value) => value > 0 && value < 1);
      expect(isInside).toBe(latentActivation === 'sigmoid');
      model.dispose();
    }
  });

  test('tied weights: each decoder layer is an encoder layer transposed, with a bias of its own', () => {
    const tied = create({ tiedWeights: true, hiddenUnits: [5] });
    const weight = (name: string) => tied.parameters.get(name)!.variable as tf.Tensor as tf.Tensor2D;
    expect([...tied.parameters.keys()].filter((name) => name.startsWith('decoder.'))).toEqual([
      'decoder.layers.0.0.bias',
      'decoder.layers.1.0.bias',
    ]);
    const bias = createRandomStream(5).normal<tf.Rank.R1>([12]);
    tied.parameters.get('decoder.layers.1.0.bias')!.variable.assign(bias);
    const codes = createRandomStream(3).normal<tf.Rank.R2>([3, 4]);
    const hidden = codes.matMul<tf.Tensor2D>(weight('encoder.embedding.weight').transpose()).relu();
    const logits = hidden.matMul(weight('encoder.layers.0.0.weight').transpose()).add(bias);
    expect(tied.decodeLogits(codes)).toBeAllClose(logits.reshape([3, 2, 2, 3]));
    // A change of the encoder is one of the decoder.
    tied.parameters.get('encoder.embedding.weight')!.variable.assign(tf.zeros([5, 4]));
    expect(tied.decodeLogits(codes)).toBeAllClose(tf.tile(bias.reshape([1, 2, 2, 3]), [3, 1, 1, 1]));
    tied.dispose();
  });

  test('tied weights halve the parameters but for the biases', () => {
    const count = (model: Autoencoder) => {
      const sizes = [...model.parameters.values()].map(({ variable }) => variable.size);
      model.dispose();
      return sizes.reduce((sum, size) => sum + size, 0);
    };
    const weights = 12 * 6 + 6 * 5 + 5 * 4;
    expect(count(create()) - count(create({ tiedWeights: true }))).toBe(weights);
  });

  test('images decoded by a linear decoder span as many dimensions as a code has, and no more', () => {
    const spanned = (options: Partial<AutoencoderConfig>) => {
      const model = create({ output: 'linear', ...options });
      const { latentDim } = model.config;
      const codes = createRandomStream(4).normal<tf.Rank.R2>([30, latentDim], 0, 3);
      const offset = model.decode(tf.zeros([1, latentDim]));
      const rows = model.decode(codes).sub(offset).reshape([30, 12]).arraySync() as number[][];
      model.dispose();
      const { values } = eigenSymmetric(gram(rows));
      return values.filter((value) => value > 1e-9 * values[0]!).length;
    };
    for (const latentDim of [1, 3, 5]) expect(spanned({ hiddenUnits: [], latentDim })).toBe(latentDim);
    expect(spanned({ hiddenUnits: [20], latentDim: 3 })).toBeGreaterThan(3);
  });

  test('codes on the way between two images begin and end with their reconstructions', () => {
    const model = create({ hiddenUnits: [], output: 'linear' });
    const [from, to] = [model.encode(someImages()), model.encode(someImages().neg())];
    const images = model.decode(interpolateLatents(from, to, 3));
    expect(images.shape).toEqual([9, 2, 2, 3]);
    const [first, last] = [model.decode(from), model.decode(to)];
    expect(images.gather([0, 3, 6])).toBeAllClose(first);
    expect(images.gather([2, 5, 8])).toBeAllClose(last);
    expect(images.gather([1, 4, 7])).toBeAllClose(first.add(last).div(2)); // linear: half the way is the mean image
    model.dispose();
  });

  test('the anomaly score is the squared error of each image, in pixels of [0, 1]', () => {
    const model = create({ reconstructionLoss: 'bce' });
    const images = someImages();
    const error = model.reconstruct(images).sub(images).div(2).square().sum([1, 2, 3]);
    expect(anomalyScore(model, images)).toBeAllClose(error);
    expect(anomalyScore(model, images).shape).toEqual([3]);
    model.dispose();
  });

  test('nothing is left behind, dispose may be called twice, and later use is refused', async () => {
    const images = someImages();
    const latents = tf.zeros<tf.Rank.R2>([1, 4]);
    for (const tiedWeights of [false, true]) {
      const model = create({ tiedWeights });
      await expectNoLeaks(() =>
        tf.dispose([
          model.encode(images),
          model.decode(latents),
          model.reconstruct(images),
          anomalyScore(model, images),
        ]),
      );
      await expectNoLeaks(() => create({ tiedWeights }).dispose());
      model.dispose();
      model.dispose();
      expect(() => model.encode(images)).toThrow(expect.objectContaining({ code: 'E_DISPOSED' }));
      expect(() => model.decode(latents)).toThrow(expect.objectContaining({ code: 'E_DISPOSED' }));
    }
  });

  test('wrong shapes are refused by name', () => {
    const model = create();
    expect(() => model.encode(tf.zeros([3, 2, 2, 1]))).toThrow(
      /images.*got \[3, 2, 2, 1\], expected \[any, 2, 2, 3\]/,
    );
    expect(() => model.decode(tf.zeros([3, 5]))).toThrow(/latents.*got \[3, 5\], expected \[any, 4\]/);
    model.dispose();
  });
});

describeOnBackends(
  'the bottleneck of an autoencoder',
  () => {
    const warnings = (options: Partial<AutoencoderConfig>) => {
      const onWarning = vi.fn();
      createAutoencoder({ ...config, ...options }, createRandomStream(1), { onWarning }).dispose();
      return onWarning.mock.calls.flat();
    };

    test('a code as long as the image is warned of, a shorter one is not', () => {
      expect(warnings({ latentDim: 11 })).toEqual([]);
      expect(warnings({ latentDim: 12 })).toEqual([
        expect.stringMatching(/latentDim 12 is not a bottleneck.*12 values/),
      ]);
      expect(warnings({ latentDim: 40 })).toHaveLength(1);
    });

    test('the warning can be switched off', () => {
      expect(warnings({ latentDim: 12, allowsOvercomplete: true })).toEqual([]);
    });

    test('without a listener it goes to the console', () => {
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
      create({ latentDim: 12 }).dispose();
      expect(warn).toHaveBeenCalledOnce();
      warn.mockRestore();
    });
  },
  { backends: ['cpu'] },
);

describeOnBackends(
  'the constant-output monitor beside an autoencoder',
  () => {
    const copying: AutoencoderConfig = {
      ...config,
      hiddenUnits: [],
      latentDim: 12,
      output: 'linear',
      tiedWeights: true,
      allowsOvercomplete: true,
    };

    /** What the monitor says of the second look; `edit` breaks a model that copies its images. */
    const verdictOn = async (edit: (assign: (name: string, value: tf.Tensor) => void) => void) => {
      const model = create(copying);
      const assign = (name: string, value: tf.Tensor) =>
        model.parameters.get(name)!.variable.assign(value as never);
      assign('encoder.embedding.weight', tf.eye(12));
      assign('encoder.embedding.bias', tf.zeros([12]));
      edit(assign);
      const monitor = createConstantOutputMonitor({
        real: (count, { rng }) => rng.uniform([count, 2, 2, 3], -1, 1),
        reconstruct: (rows) => model.reconstruct(rows as tf.Tensor4D),
        encode: (rows) => model.encode(rows as tf.Tensor4D),
        interval: 1,
      });
      let verdict: unknown;
      for (const step of [1, 2]) {
        verdict = await monitor.check({ step, values: {}, rng: createRandomStream(step) });
      }
      model.dispose();
      return verdict;
    };

    test('a dead code and a mean image are reported, a copy is not', async () => {
      expect(await verdictOn(() => {})).toBeUndefined();
      const dead = await verdictOn((assign) => assign('encoder.embedding.weight', tf.zeros([12, 12])));
      expect(dead).toMatchObject({ verdict: 'constant-output', evidence: { largestCode: 0 } });
      const faint = await verdictOn((assign) => {
        assign('encoder.embedding.weight', tf.eye(12).mul(0.1));
        assign('decoder.layers.0.0.bias', tf.fill([12], 0.5));
      });
      expect(faint).toMatchObject({ verdict: 'constant-output', advice: expect.stringContaining('same') });
    });
  },
  { backends: ['wasm'] },
);
