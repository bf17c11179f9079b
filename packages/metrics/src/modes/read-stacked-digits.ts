import { assertShape, tf } from '@tintype/core-tensor';
import { classify } from '../features/collect-readings.ts';
import type { Classifier } from '../features/feature-model.ts';
import type { ImageBatches } from '../features/read-batches.ts';
import type { StackedReadings } from './count-stacked-modes.ts';

/**
 * The digit in each colour channel of images [b, h, w, 3], read by a classifier of grey ones: what
 * `countStackedModes` counts. Frees each batch; borrows the classifier. Throws `E_SHAPE` for other than three channels, else
 * as `classify` does.
 */
export async function readStackedDigits(
  classifier: Classifier,
  batches: ImageBatches,
): Promise<StackedReadings> {
  const sizes: number[] = [];
  const { labels } = await classify(classifier, channelsApart(batches, sizes));
  const count = labels.length / 3;
  const readings = [new Int32Array(count), new Int32Array(count), new Int32Array(count)] as const;
  let at = 0;
  for (const size of sizes) {
    readings.forEach((reading, channel) => {
      const first = 3 * at + channel * size;
      reading.set(labels.subarray(first, first + size), at);
    });
    at += size;
  }
  return readings;
}

/** Batches [b, h, w, 3] → [3b, h, w, 1], all red ones first; notes each b. */
async function* channelsApart(batches: ImageBatches, sizes: number[]): AsyncGenerator<tf.Tensor4D> {
  for await (const images of batches) {
    try {
      assertShape(images, [null, null, null, 3], 'readStackedDigits');
      sizes.push(images.shape[0]);
      yield tf.tidy(() => tf.concat4d(tf.split<tf.Tensor4D>(images, 3, 3), 0));
    } finally {
      images.dispose();
    }
  }
}
