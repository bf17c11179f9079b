import { createAdam, createRandomStream, tf, trainLoop } from '@tintype/core-tensor';
import { defaultVaeConfig, type VaeConfig } from './config.ts';
import { vaeLoss } from './loss.ts';
import { createVaeTrainStep } from './train-step.ts';
import { createVae, type Vae } from './vae.ts';

// Data whose covariance is known exactly: x = ½ + Q diag(s) u for the sixteen sign vectors u, Q a Hadamard matrix ÷ 2. Their
// mean is ½ and their covariance Q diag(s²) Qᵀ, which is all that the likelihood of a linear-Gaussian model sees.
const signs = [-1, 1];
const scales = [0.4, 0.3, 0.15, 0.15];
const rotation = [
  [0.5, 0.5, 0.5, 0.5],
  [0.5, -0.5, 0.5, -0.5],
  [0.5, 0.5, -0.5, -0.5],
  [0.5, -0.5, -0.5, 0.5],
];
const points = signs.flatMap((a) =>
  signs.flatMap((b) => signs.flatMap((c) => signs.map((d) => place([a, b, c, d])))),
);

function place(u: readonly number[]): number[] {
  return rotation.map((row) => row.reduce((sum, q, j) => sum + q * scales[j]! * u[j]!, 0.5));
}

/** Mean of the variances that two principal components leave: the best σ² (Tipping and Bishop 1999, equation 8). */
const config: VaeConfig = {
  ...defaultVaeConfig,
  imageSize: 2,
  hiddenUnits: [],
  latentDim: 2,
  likelihood: 'gaussian',
  output: 'linear',
  sigma: 0.15,
};

/**
 * The largest mean log-likelihood of a linear map of two latents with noise, in nats per point (Tipping and Bishop 1999,
 * "Probabilistic principal component analysis", equation 4 at the maximum): −½ (d ln 2π + Σ ln λ + (d − q) ln σ² + d).
 */
export const largestLogLikelihood =
  -0.5 * (4 * Math.log(2 * Math.PI) + scales.reduce((sum, s) => sum + 2 * Math.log(s), 0) + 4);

/** The points, `copies` times over, as images [16 · copies, 2, 2, 1]. */
export function linearGaussianImages(copies: number): tf.Tensor4D {
  return tf.tidy(() =>
    tf
      .tensor2d(points)
      .mul(2)
      .sub(1)
      .reshape<tf.Tensor4D>([16, 2, 2, 1])
      .tile<tf.Tensor4D>([copies, 1, 1, 1]),
  );
}

/** A linear-Gaussian VAE on the points. */
export async function trainLinearGaussian(
  steps: number,
  changes: Partial<VaeConfig> = {},
  importanceSamples = 1,
): Promise<Vae> {
  const rng = createRandomStream(3);
  const model = createVae({ ...config, ...changes }, rng.fork('init'));
  const optimizer = createAdam(model.parameters, { learningRate: 0.02 });
  const trainStep = createVaeTrainStep(model, { optimizer }, { importanceSamples });
  const batches = { batch: () => ({ images: linearGaussianImages(4) }) };
  for await (const _ of trainLoop(trainStep, batches, { steps, rng, logEvery: steps }));
  trainStep.dispose();
  return model;
}

/** The evidence lower bound in nats per point, 100 codes of each. */
export function elboOf(model: Vae): number {
  return tf.tidy(() => {
    const { reconstruction, kl } = vaeLoss(model, linearGaussianImages(100), createRandomStream(5));
    return -(reconstruction.dataSync()[0]! + kl.dataSync()[0]!);
  });
}

/** Mean over the points of ln N(x; b, W Wᵀ + σ² I) in float64, W and b those of the decoder. */
export function exactLogLikelihood(model: Vae): number {
  const weight = model.parameters.get('decoder.layers.0.0.weight')!.variable.dataSync(); // [2, 4]
  const bias = model.parameters.get('decoder.layers.0.0.bias')!.variable.dataSync();
  const { sigma } = model.config;
  const covariance = [0, 1, 2, 3].map((i) =>
    [0, 1, 2, 3].map(
      (j) => weight[i]! * weight[j]! + weight[4 + i]! * weight[4 + j]! + (i === j ? sigma * sigma : 0),
    ),
  );
  const lower = choleskyOf(covariance);
  const logDeterminant = 2 * lower.reduce((sum, row, i) => sum + Math.log(row[i]!), 0);
  const values = points.map((x) => {
    const y: number[] = []; // L y = x − b
    for (let i = 0; i < 4; i++) {
      const known = y.reduce((sum, value, k) => sum + lower[i]![k]! * value, 0);
      y.push((x[i]! - bias[i]! - known) / lower[i]![i]!);
    }
    return (
      -0.5 * (4 * Math.log(2 * Math.PI) + logDeterminant + y.reduce((sum, value) => sum + value ** 2, 0))
    );
  });
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function choleskyOf(matrix: readonly (readonly number[])[]): number[][] {
  const lower = matrix.map((row) => row.map(() => 0));
  matrix.forEach((row, i) => {
    for (let j = 0; j <= i; j++) {
      const known = lower[i]!.slice(0, j).reduce((sum, value, k) => sum + value * lower[j]![k]!, 0);
      lower[i]![j] = i === j ? Math.sqrt(row[i]! - known) : (row[j]! - known) / lower[j]![j]!;
    }
  });
  return lower;
}
