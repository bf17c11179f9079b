import { tf } from '@tintype/core-tensor';
import { gatherImages } from '@tintype/datasets';
import { memorization, selectRows } from '@tintype/metrics';
import { type DigitReference, type ScheduledUNet, sampleWith } from '@tintype/recipes';
import type { SuiteContext } from '../quality-suite.ts';

const samples = 100;
const shown = 16;

export interface CopiedDigits {
  /** Median distance to the nearest of the first digits, ÷ that of test digits: 0 for copies. */
  readonly ratio: number;
  /** The samples that are nearest to a digit, and below each that digit: [2 · shown, h, w, c]. */
  readonly pairs: tf.Tensor4D;
}

/** Whether samples are copies of the first `trained` training digits. The caller frees the pairs. */
export async function copiedDigits(
  model: ScheduledUNet,
  reference: DigitReference,
  trained: number,
  { rng, signal }: Pick<SuiteContext, 'rng' | 'signal'>,
): Promise<CopiedDigits> {
  const { imageSize, channels } = model.config;
  const images = await sampleWith(model, model.schedule, {
    shape: [imageSize, imageSize, channels],
    count: samples,
    rng: rng.fork('copies'),
    numInferenceSteps: 20,
    signal,
  });
  const { features } = await reference.read(only(images));
  const train = await reference.readDigits('train', trained);
  const held = selectRows(
    reference.real.features,
    Int32Array.from({ length: 500 }, (_, i) => i),
  );
  const found = memorization({ fake: features, train: train.features, held });
  const nearest = found.closestFirst.subarray(0, shown);
  const originals = gatherImages(
    reference.train,
    Int32Array.from(nearest, (row) => found.nearest[row]!),
    imageSize,
  );
  const pairs = tf.tidy(() => tf.concat([tf.gather(images, tf.tensor1d(nearest, 'int32')), originals]));
  tf.dispose([images, originals]);
  return { ratio: found.ratio, pairs: pairs as tf.Tensor4D };
}

/** A batch of its own: what is read is freed. */
async function* only(images: tf.Tensor4D): AsyncGenerator<tf.Tensor4D> {
  yield images.clone();
}
