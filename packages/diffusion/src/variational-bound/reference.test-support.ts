import { type BackendName, createSinusoidalTimeEmbedding, type RandomStream, tf } from '@tintype/core-tensor';
import {
  describeOnBackends,
  loadReference,
  type ReferenceTensor,
  type ReferenceTensors,
} from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import type { Denoiser } from '../denoiser.ts';
import { addNoise, createNoiseSchedule } from '../noise-schedule/index.ts';
import { discretizedLogLikelihood, standardNormalCdf } from './discretized-likelihood.ts';
import { forwardDistribution, modelDistribution, posteriorDistribution } from './distributions.ts';
import { type DiagonalGaussian, gaussianKl } from './gaussian-kl.ts';
import { measureVariationalBound } from './measure-variational-bound.ts';

const file = 'guided/training_terms.safetensors';
const timesteps = [0, 1, 33, 98, 99];
const linear = createNoiseSchedule({ kind: 'linear', timesteps: 100, betaStart: 0.001, betaEnd: 0.2 });
const cosine = createNoiseSchedule({ kind: 'cosine', timesteps: 100 });

/** What guided-diffusion recorded of q, p, their KL, the decoder's likelihood and the bound, on each backend. */
export function describeVariationalReference(backends?: readonly BackendName[]): void {
  describeOnBackends(
    'the variational bound against guided-diffusion',
    () => {
      test('KL and likelihood of 8-bit values', replayGaussians);
      test('q(x_t | x_0), its posterior, and p with a fixed and a learned variance', replayDistributions);
      test('the whole bound, decomposed by timestep', replayBound);
      test('a neighbouring timestep of the posterior mean, or of ᾱ, does not agree', missWrongTimesteps);
      test('the time embedding', replayEmbedding);
    },
    backends ? { backends } : {},
  );
}

async function replayGaussians(): Promise<void> {
  const recorded = await loadReference(file);
  const at = (name: string) => tensorOf(recorded.get(name)!);
  const kl = gaussianKl(
    { mean: at('kl.mean1'), logVariance: at('kl.logvar1') },
    { mean: at('kl.mean2'), logVariance: at('kl.logvar2') },
  );
  await expect(kl).toBeAllClose(at('kl.value'), { rtol: 1e-5 });
  await expect(standardNormalCdf(at('nll.cdf_in'))).toBeAllClose(at('nll.cdf_out'), { rtol: 2e-5 });
  const gaussian = { mean: at('nll.means'), logVariance: at('nll.log_scales').mul<tf.Tensor4D>(2) };
  const likelihood = discretizedLogLikelihood(at('nll.x'), gaussian);
  await expect(likelihood).toBeAllClose(at('nll.log_likelihood'), { rtol: 1e-5, atol: 1e-4 });
}

async function replayDistributions(): Promise<void> {
  const recorded = await loadReference(file);
  const at = (name: string) => nhwcOf(recorded.get(name)!);
  const t = tf.tensor1d(timesteps, 'int32');
  const forward = forwardDistribution(linear, at('x_start'), t);
  await expectGaussian(forward, at('q.mean'), at('q.log_variance'));
  const xt = addNoise(linear, at('x_start'), at('noise'), t);
  await expect(xt).toBeAllClose(at('t00.x_t'), { rtol: 2e-5, atol: 1e-5 });
  const posterior = posteriorDistribution(linear, at('x_start'), xt, t);
  await expectGaussian(posterior, at('q_posterior.mean'), at('q_posterior.log_variance_clipped'));
  for (const [prefix, schedule, varianceType, clipDenoised] of [
    ['t00.', linear, 'fixed', false],
    ['t01.', cosine, 'learned-range', true],
  ] as const) {
    const output = outputOf(at(`${prefix}model_output`));
    const input = { predictionType: 'epsilon', varianceType, output, xt: at(`${prefix}x_t`), t } as const;
    const model = modelDistribution(schedule, { ...input, clipDenoised });
    await expectGaussian(model, at(`${prefix}p.mean`), at(`${prefix}p.log_variance`));
    await expect(model.xStart).toBeAllClose(at(`${prefix}p.pred_xstart`), { rtol: 2e-5, atol: 1e-5 });
  }
}

async function replayBound(): Promise<void> {
  const recorded = await loadReference(file);
  const schedule = createNoiseSchedule({ kind: 'cosine', timesteps: 6 });
  const denoiser = channelMap(recorded.get('bpd.w')!);
  const images = nhwcOf(recorded.get('x_start')!);
  const rng = recordedNoise(recorded);
  const bound = await measureVariationalBound(denoiser, schedule, images, { rng });
  const meansOf = (name: string) => columnMeans(recorded.get(name)!).reverse();
  const near = { rtol: 1e-4, atol: 1e-5 };
  expect(bound.strata.map(({ first, count }) => [first, count])).toEqual(
    [0, 1, 2, 3, 4, 5].map((t) => [t, 1]),
  );
  expect(bound.strata.map(({ bitsPerDim }) => bitsPerDim)).toBeAllClose(meansOf('bpd.vb'), near);
  expect(bound.strata.map(({ xStartError }) => xStartError)).toBeAllClose(meansOf('bpd.xstart_mse'), near);
  expect(bound.strata.map(({ noiseError }) => noiseError)).toBeAllClose(meansOf('bpd.mse'), near);
  expect(bound.perImage).toBeAllClose(recorded.get('bpd.total_bpd')!.data, near);
  expect([bound.priorBitsPerDim]).toBeAllClose([meanOf(recorded.get('bpd.prior_bpd')!)], near);
}

async function missWrongTimesteps(): Promise<void> {
  const recorded = await loadReference(file);
  const at = (name: string) => nhwcOf(recorded.get(name)!);
  const before = tf.tensor1d([1, 2, 34, 97, 98], 'int32');
  const posterior = posteriorDistribution(linear, at('x_start'), at('t00.x_t'), before);
  await expect(posterior.mean).not.toBeAllClose(at('q_posterior.mean'), { rtol: 1e-3 });
  await expect(forwardDistribution(linear, at('x_start'), before).mean).not.toBeAllClose(at('q.mean'), {
    rtol: 1e-3,
  });
}

async function replayEmbedding(): Promise<void> {
  const recorded = await loadReference(file);
  const t = tf.tensor1d([...recorded.get('timestep_embedding.t')!.data]);
  for (const size of [8, 9, 32]) {
    const expected = recorded.get(`timestep_embedding.dim${size}`)!;
    const near = { rtol: 1e-4, atol: 1e-5 };
    await expect(createSinusoidalTimeEmbedding({ size })(t)).toBeAllClose(tensorOf(expected), near);
  }
}

async function expectGaussian(actual: DiagonalGaussian, mean: tf.Tensor4D, logVariance: tf.Tensor4D) {
  await expect(actual.mean).toBeAllClose(mean, { rtol: 2e-5, atol: 1e-5 });
  const broadcast = tf.add(actual.logVariance, tf.zerosLike(logVariance));
  await expect(broadcast).toBeAllClose(logVariance, { rtol: 2e-5, atol: 1e-5 });
}

/** The model that recorded the bound: a 1×1 linear map of channels to noise and variance. */
function channelMap({ data, shape }: ReferenceTensor): Denoiser {
  return {
    predictionType: 'epsilon',
    varianceType: 'learned-range',
    predict: (xt) => {
      const weights = tf.tensor(data, [shape[0]!, shape[1]!], 'float32').transpose() as tf.Tensor2D;
      const channels = xt.reshape([-1, xt.shape[3]]).matMul<tf.Tensor2D>(weights);
      return outputOf(channels.reshape([...xt.shape.slice(0, 3), shape[0]!]));
    },
  };
}

/** Splits what a network with a learned variance gives, [b, h, w, 2c]; other outputs are the prediction alone. */
function outputOf(output: tf.Tensor4D) {
  if (output.shape[3] === 2) return { prediction: output };
  const [prediction, variance] = tf.split(output, 2, 3) as [tf.Tensor4D, tf.Tensor4D];
  return { prediction, variance };
}

/** A stream that draws the recorded noise, whose first row belongs to the last timestep. */
function recordedNoise(recorded: ReferenceTensors): RandomStream {
  const { data, shape } = recorded.get('bpd.noise_per_step')!;
  const [count = 0, ...rest] = shape;
  const size = data.length / count;
  const at = (t: number) => ({
    ...({} as RandomStream),
    normalRows: () =>
      nhwcOf({ data: data.slice((count - 1 - t) * size, (count - t) * size), shape: rest }) as tf.Tensor,
    fork: () => ({}) as RandomStream,
  });
  return { ...({} as RandomStream), fork: () => ({ ...({} as RandomStream), fork: (t) => at(Number(t)) }) };
}

function columnMeans({ data, shape }: ReferenceTensor): number[] {
  const [rows = 0, columns = 0] = shape;
  return Array.from({ length: columns }, (_, j) => {
    const column = Array.from({ length: rows }, (_, i) => data[i * columns + j]!);
    return column.reduce((a, b) => a + b) / rows;
  });
}

function meanOf({ data }: ReferenceTensor): number {
  return [...data].reduce((a, b) => a + b) / data.length;
}

function tensorOf({ data, shape }: ReferenceTensor): tf.Tensor4D {
  return tf.tensor<tf.Rank.R4>(data, shape as [number, number, number, number], 'float32');
}

/** Recorded [b, c, h, w] as [b, h, w, c]. */
function nhwcOf(reference: ReferenceTensor): tf.Tensor4D {
  return tensorOf(reference).transpose([0, 2, 3, 1]);
}
