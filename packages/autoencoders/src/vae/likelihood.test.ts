import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { expectSlopes } from '../expect-slopes.test-support.ts';
import { defaultVaeConfig, type VaeConfig } from './config.ts';
import { importanceLogWeights, iwaeBound, iwaeLoss } from './likelihood.ts';
import { createVaeTrainStep } from './train-step.ts';
import { createVae } from './vae.ts';

const create = (changes: Partial<VaeConfig> = {}) =>
  createVae(
    { ...defaultVaeConfig, imageSize: 3, hiddenUnits: [5], latentDim: 2, ...changes },
    createRandomStream(2),
  );
const someImages = (count: number) => createRandomStream(3).uniform<tf.Rank.R4>([count, 3, 3, 1], -1, 1);

describeOnBackends('importance weights', () => {
  test.each<Partial<VaeConfig>>([
    {},
    { likelihood: 'gaussian' },
    { likelihood: 'gaussian', output: 'linear', numClasses: 2 },
  ])('are log p(x|z) + log p(z) − log q(z|x), computed by hand (%j)', (changes) => {
    const model = create(changes);
    const images = someImages(2);
    const labels = changes.numClasses ? tf.tensor1d([1, 0], 'int32') : undefined;
    const rng = createRandomStream(4);
    const weights = importanceLogWeights(model, images, { samples: 2, rng, ...(labels && { labels }) });
    const [mu, logVar] = Object.values(model.encode(images, labels)).map((t) => t.dataSync());
    const expected = [0, 1].flatMap((sample) => {
      const noise = rng.fork(sample).normal([2, 2]).dataSync();
      const z = Array.from(noise, (e, i) => mu![i]! + Math.exp(logVar![i]! / 2) * e);
      const logits = model.decodeLogits(tf.tensor2d(z, [2, 2]), labels).dataSync();
      const pixels = images.dataSync().map((x) => (x + 1) / 2);
      return [0, 1].map((image) => {
        let sum = 0;
        for (let i = 9 * image; i < 9 * (image + 1); i++)
          sum += pixelLogLikelihood(model.config, logits[i]!, pixels[i]!);
        for (let i = 2 * image; i < 2 * (image + 1); i++) {
          sum += logNormal(z[i]!, 0, 1) - logNormal(z[i]!, mu![i]!, Math.exp(logVar![i]! / 2));
        }
        return sum;
      });
    });
    expect(weights.shape).toEqual([2, 2]);
    expect(weights.reshape([4])).toBeAllClose(expected, { rtol: 1e-5 });
    model.dispose();
  });

  test('their log-mean-exp is the bound, finite where the weights themselves are 0 in float32', () => {
    const model = create();
    const options = { samples: 5, rng: createRandomStream(4) };
    const bias = model.parameters.get('decoder.layers.1.0.bias')!.variable;
    for (const shift of [0, 40]) {
      bias.assign(tf.fill([9], shift)); // 40: log p(x|z) near −180
      const weights = importanceLogWeights(model, someImages(3), options).arraySync();
      const expected = [0, 1, 2].map((image) => {
        const column = weights.map((row) => row[image]!);
        const largest = Math.max(...column);
        return largest + Math.log(column.reduce((sum, w) => sum + Math.exp(w - largest), 0) / 5);
      });
      const mean = expected.reduce((sum, value) => sum + value, 0) / 3;
      expect(iwaeBound(model, someImages(3), options).dataSync()[0]! / mean).toBeCloseTo(1, 5);
    }
    model.dispose();
  });

  test('on the same net more samples give a higher bound', () => {
    const model = create();
    const [one, five] = [1, 5].map(
      (samples) => iwaeBound(model, someImages(300), { samples, rng: createRandomStream(4) }).dataSync()[0]!,
    );
    expect(five).toBeGreaterThan(one!);
    model.dispose();
  });

  test('the gradient of the bound is its slope, and leaves nothing behind', async () => {
    const model = create({ likelihood: 'gaussian', hiddenUnits: [] }); // smooth
    const images = someImages(4);
    const loss = () => iwaeLoss(model, images, { samples: 3, rng: createRandomStream(4) });
    expectSlopes(model.parameters, loss, 0.002);
    await expectNoLeaks(() => iwaeBound(model, images, { samples: 2, rng: createRandomStream(4) }).dispose());
    model.dispose();
  });

  test('no sample at all, and a weight on a KL term that is not there, are refused', () => {
    const model = create();
    const options = { samples: 0, rng: createRandomStream(4) };
    expect(() => iwaeBound(model, someImages(1), options)).toThrow(/samples/);
    const optimizer = { dispose: () => {} } as Parameters<typeof createVaeTrainStep>[1]['optimizer'];
    expect(() => createVaeTrainStep(model, { optimizer }, { importanceSamples: 1.5 })).toThrow(
      /importanceSamples/,
    );
    model.dispose();
    for (const changes of [{ klWeight: 2 }, { klWarmUpSteps: 5 }, { freeBits: 0.1 }]) {
      const weighted = create(changes);
      expect(() => createVaeTrainStep(weighted, { optimizer }, { importanceSamples: 2 })).toThrow(
        expect.objectContaining({ code: 'E_CONFIG' }),
      );
      weighted.dispose();
    }
  });
});

function logNormal(x: number, mean: number, deviation: number): number {
  return -0.5 * ((x - mean) / deviation) ** 2 - Math.log(deviation) - 0.5 * Math.log(2 * Math.PI);
}

function pixelLogLikelihood({ likelihood, output, sigma }: VaeConfig, logit: number, pixel: number): number {
  const mean = output === 'linear' ? logit : 1 / (1 + Math.exp(-logit));
  if (likelihood === 'gaussian') return logNormal(pixel, mean, sigma);
  return pixel * Math.log(mean) + (1 - pixel) * Math.log(1 - mean);
}
