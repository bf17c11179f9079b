import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { createAutoencoderKl } from './autoencoder-kl.ts';
import { gaussianKl, sampleGaussian, splitMoments } from './diagonal-gaussian.ts';
import { autoencoderKlLoss } from './loss.ts';
import { tinyConfig } from './tiny-autoencoder-kl.test-support.ts';

describeOnBackends('AutoencoderKl', () => {
  const rng = createRandomStream(1);
  const images = (shape: [number, number, number, number]) => rng.fork('x').uniform<tf.Rank.R4>(shape, -1, 1);

  test('latents are as many times smaller as there are halvings, for any side that fits', () => {
    const config = { ...tinyConfig, latentChannels: 3, blockOutChannels: [2, 2, 4] };
    const model = createAutoencoderKl(config, rng);
    const { mu, logVar } = model.encode(images([2, 8, 12, 1]));
    expect([mu.shape, logVar.shape]).toEqual([
      [2, 2, 3, 3],
      [2, 2, 3, 3],
    ]);
    expect(model.decode(mu).shape).toEqual([2, 8, 12, 1]);
    model.dispose();
  });

  test('sides that do not fit, other channels and a disposed model are refused', () => {
    const model = createAutoencoderKl(tinyConfig, rng);
    const refused = (code: string, message: RegExp) =>
      expect.objectContaining({ code, message: expect.stringMatching(message) });
    expect(() => model.encode(images([1, 5, 4, 1]))).toThrow(
      refused('E_SHAPE', /height.*got 5, expected 4 or 6/),
    );
    expect(() => model.encode(images([1, 4, 1, 1]))).toThrow(refused('E_SHAPE', /width.*got 1, expected 2/));
    expect(() => model.encode(images([1, 4, 4, 3]))).toThrow(refused('E_SHAPE', /images/));
    expect(() => model.decode(images([1, 4, 4, 2]))).toThrow(refused('E_SHAPE', /latents/));
    model.dispose();
    model.dispose();
    expect(() => model.encode(images([1, 4, 4, 1]))).toThrow(refused('E_DISPOSED', /disposed/));
    expect(() => model.codec.decode(images([1, 2, 2, 1]))).toThrow(refused('E_DISPOSED', /disposed/));
  });

  test('the codec subtracts the shift, adds it again and says the scale', () => {
    const model = createAutoencoderKl({ ...tinyConfig, shiftFactor: 0.5, scalingFactor: 0.25 }, rng);
    const x = images([2, 4, 4, 1]);
    const { mu } = model.encode(x);
    const latents = model.codec.encode(x);
    expect(latents).toBeAllClose(mu.sub(0.5), { rtol: 1e-6 });
    expect(model.codec.decode(latents)).toBeAllClose(model.reconstruct(x), { rtol: 1e-5 });
    expect(model.codec.decode(mu)).not.toBeAllClose(model.reconstruct(x), { rtol: 1e-2 });
    expect(model.codec.scale).toBe(0.25);
    model.dispose();
  });

  test('the logarithm of the variance is clipped to [-30, 20]', () => {
    const { mu, logVar } = splitMoments(tf.tensor4d([5, -100, 99, 1], [1, 1, 2, 2]));
    expect(mu).toBeAllClose(tf.tensor4d([5, 99], [1, 1, 2, 1]));
    expect(logVar).toBeAllClose(tf.tensor4d([-30, 1], [1, 1, 2, 1]));
    expect(splitMoments(tf.tensor4d([0, 100], [1, 1, 1, 2])).logVar).toBeAllClose([20]);
  });

  test('by hand: KL is ½ (1 + e − 1 − 1) + ½ 4 for a mean of 0 and 2, and the loss a mean of squares or distances', () => {
    const q = { mu: tf.tensor4d([0, 2], [1, 1, 2, 1]), logVar: tf.tensor4d([1, 0], [1, 1, 2, 1]) };
    expect(gaussianKl(q)).toBeAllClose([(Math.E - 2) / 2 + 2], { rtol: 1e-6 });

    const model = createAutoencoderKl(tinyConfig, rng);
    const x = images([2, 4, 4, 1]);
    const noise = () => createRandomStream('noise');
    const posterior = model.encode(x);
    const rebuilt = model.decode(sampleGaussian(posterior, noise().normal<tf.Rank.R4>(posterior.mu.shape)));
    const errors = [...rebuilt.sub(x).dataSync()];
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const kl = mean([...gaussianKl(posterior).dataSync()]);
    for (const [reconstructionLoss, expected] of [
      ['mse', mean(errors.map((error) => error * error))],
      ['mae', mean(errors.map(Math.abs))],
    ] as const) {
      const loss = autoencoderKlLoss(model, x, noise(), { reconstructionLoss, klWeight: 0.5 });
      expect(loss.reconstruction).toBeAllClose([expected], { rtol: 1e-5 });
      expect(loss.kl).toBeAllClose([kl], { rtol: 1e-5 });
      expect(loss.total).toBeAllClose([expected + 0.5 * kl], { rtol: 1e-5 });
    }
    model.dispose();
  });

  test('creating, coding and disposing leave nothing behind', () =>
    expectNoLeaks(() => {
      const model = createAutoencoderKl(tinyConfig, rng);
      const x = images([1, 4, 4, 1]);
      const { mu, logVar } = model.encode(x);
      tf.dispose([x, mu, logVar, model.decode(mu), model.reconstruct(x), model.codec.encode(x)]);
      model.dispose();
    }));
});
