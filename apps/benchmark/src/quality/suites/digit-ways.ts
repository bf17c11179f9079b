import { createRandomStream, interpolateLatents, tf } from '@tintype/core-tensor';
import { gatherImages } from '@tintype/datasets';
import { invertDdim, sampleDdim } from '@tintype/diffusion';
import type { DigitReference, ScheduledUNet } from '@tintype/recipes';
import type { SuiteContext } from '../quality-suite.ts';
import { pairsOfClasses, pathOrder } from './path-order.ts';

const ways = 40;
const points = 9;
const numInferenceSteps = 50;
const shownWays = 8;
/** DDIM with η = 0 from given noise draws nothing. */
const unused = createRandomStream('digit-ways');

export interface DigitWays {
  /** `pathOrder` of spherical ways between the noises of two test digits. */
  readonly order: number;
  /** The same with noise drawn anew between the two ends. */
  readonly drawnOrder: number;
  /** Some of the ways, a row each: [8 · 9, h, w, c]; the caller frees them. */
  readonly images: tf.Tensor4D;
}

/** Ways from test digits to others of another class, through the noise that DDIM makes them of. */
export async function digitWays(
  model: ScheduledUNet,
  { test, network, imageSize }: DigitReference,
  { rng, signal }: Pick<SuiteContext, 'rng' | 'signal'>,
): Promise<DigitWays> {
  const pairs = pairsOfClasses(test.labels!, ways);
  const classes = pairs.map(([a, b]) => [test.labels![a]!, test.labels![b]!] as const);
  const [from, to] = [0, 1].map((side) =>
    gatherImages(
      test,
      pairs.map((pair) => pair[side]!),
      imageSize,
    ),
  );
  const noises = await Promise.all([from!, to!].map((images) => noiseOf(model, images, signal)));
  const way = tf.tidy(() => interpolateLatents(noises[0]!, noises[1]!, points, { kind: 'spherical' }));
  const anew = tf.tidy(() => {
    const isEnd = tf.tensor1d(Array.from({ length: ways * points }, (_, i) => +isEndOf(i)));
    const drawn = rng.fork('anew').normal<tf.Rank.R4>(way.shape);
    return tf.where(isEnd.reshape([-1, 1, 1, 1]).cast('bool').broadcastTo(way.shape), way, drawn);
  });
  const decode = (noise: tf.Tensor4D) => decoded(model, noise as tf.Tensor4D, signal);
  const [images, others] = [await decode(way), await decode(anew as tf.Tensor4D)];
  tf.dispose([from!, to!, ...noises, way, anew]);
  const order = await pathOrder(network, byPoint(images), classes);
  const drawnOrder = await pathOrder(network, byPoint(others), classes);
  const shown = tf.tidy(() => images.slice([0, 0, 0, 0], [shownWays * points, -1, -1, -1]));
  tf.dispose([images, others]);
  return { order, drawnOrder, images: shown };
}

const isEndOf = (row: number) => row % points === 0 || row % points === points - 1;

function noiseOf(model: ScheduledUNet, images: tf.Tensor4D, signal: AbortSignal): Promise<tf.Tensor4D> {
  return invertDdim(model, model.schedule, images, { numInferenceSteps, signal });
}

async function decoded(model: ScheduledUNet, noise: tf.Tensor4D, signal: AbortSignal): Promise<tf.Tensor4D> {
  const [count, ...shape] = noise.shape;
  const given = { shape, count, initialNoise: noise, numInferenceSteps, clipDenoised: false, signal };
  const images = await sampleDdim(model, model.schedule, { ...given, rng: unused });
  const clipped = tf.tidy(() => images.clipByValue(-1, 1) as tf.Tensor4D);
  images.dispose();
  return clipped;
}

/** From a way after the other to a point after the other. */
function byPoint(images: tf.Tensor4D): tf.Tensor4D[] {
  return Array.from({ length: points }, (_, point) =>
    tf.tidy(() =>
      tf.gather(
        images,
        tf.tensor1d(
          Array.from({ length: ways }, (_, row) => row * points + point),
          'int32',
        ),
      ),
    ),
  );
}
