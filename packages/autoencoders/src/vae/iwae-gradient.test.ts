import { computeGradients, createRandomStream, type tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { defaultVaeConfig } from './config.ts';
import { iwaeLoss } from './likelihood.ts';
import { createVae } from './vae.ts';

const pixels = 4;
const hidden = 3;
const latents = 2;
const count = 3;
const samples = 4;
const rng = createRandomStream(4);

describeOnBackends('the gradient of an importance weighted VAE with hidden layers', () => {
  test('is that of float64 differences of the bound written out, and not that of the ELBO', () => {
    const config = { ...defaultVaeConfig, imageSize: 2, hiddenUnits: [hidden], latentDim: latents };
    const model = createVae(config, createRandomStream(2));
    const images = createRandomStream(3).uniform<tf.Rank.R4>([count, 2, 2, 1], -1, 1);
    const { losses, gradients } = computeGradients(
      () => ({ ...iwaeLoss(model, images, { samples, rng }) }),
      model.parameters,
    );
    const weights = new Map(
      [...model.parameters].map(([name, { variable }]) => [name, Float64Array.from(variable.dataSync())]),
    );
    const rows = [...images.dataSync()].map((x) => (x + 1) / 2);
    const noise = Array.from({ length: samples }, (_, k) => [
      ...rng.fork(k).normal([count, latents]).dataSync(),
    ]);
    const total = (reduce: Reduction) =>
      range(count).reduce((sum, i) => {
        const x = rows.slice(i * pixels, (i + 1) * pixels);
        const draws = noise.map((each) => each.slice(i * latents, (i + 1) * latents));
        return sum - reduce(logWeights(weights, x, draws)) / count;
      }, 0);
    expect(losses.total.dataSync()[0]!).toBeCloseTo(total(logMeanExp), 4);

    let farthest = 0;
    for (const [name, values] of weights) {
      const slopes = differences(values, () => total(logMeanExp));
      expect(gradients[name], name).toBeAllClose(slopes, { rtol: 1e-4, atol: 1e-5 });
      const ofElbo = differences(values, () => total(mean));
      farthest = Math.max(farthest, ...ofElbo.map((slope, i) => Math.abs(slope - slopes[i]!)));
    }
    expect(farthest).toBeGreaterThan(0.01);
    // Some units of both layers are on and learn.
    for (const half of ['encoder', 'decoder']) {
      expect(gradients[`${half}.layers.0.0.weight`]!.abs().max().dataSync()[0]).toBeGreaterThan(0.01);
    }
    model.dispose();
  });
});

type Reduction = (logWeights: readonly number[]) => number;

const range = (length: number) => Array.from({ length }, (_, i) => i);
const mean: Reduction = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const logMeanExp: Reduction = (values) => Math.log(mean(values.map(Math.exp)));

/** Slope along each value by differences so short that no ReLU turns on the way. */
function differences(values: Float64Array, at: () => number): number[] {
  return [...values].map((value, i) => {
    const ends = [1e-6, -1e-6].map((step) => {
      values[i] = value + step;
      return at();
    });
    values[i] = value;
    return (ends[0]! - ends[1]!) / 2e-6;
  });
}

/** log p(x, z) − log q(z|x) of each draw, for one image of Bernoulli pixels. */
function logWeights(
  weights: ReadonlyMap<string, Float64Array>,
  x: readonly number[],
  draws: readonly (readonly number[])[],
): number[] {
  const linear = (name: string, input: readonly number[]) => {
    const bias = weights.get(`${name}.bias`)!;
    const matrix = weights.get(`${name}.weight`)!; // [in, out]
    return [...bias].map((b, o) => input.reduce((sum, v, i) => sum + v * matrix[i * bias.length + o]!, b));
  };
  const relu = (values: readonly number[]) => values.map((v) => Math.max(0, v));
  const features = relu(linear('encoder.layers.0.0', x));
  const mu = linear('encoder.embedding', features);
  const logVar = linear('encoder.log_var', features);
  return draws.map((noise) => {
    const z = noise.map((e, j) => mu[j]! + Math.exp(logVar[j]! / 2) * e);
    const logits = linear('decoder.layers.1.0', relu(linear('decoder.layers.0.0', z)));
    const likelihood = logits.reduce((sum, l, i) => sum + x[i]! * l - Math.log1p(Math.exp(l)), 0);
    return noise.reduce((sum, e, j) => sum + (e ** 2 - z[j]! ** 2 + logVar[j]!) / 2, likelihood);
  });
}
