import { createRandomStream, tf } from '@tintype/core-tensor';
import { createFileStorage } from '@tintype/core-tensor/node';
import {
  type DescribeOnBackendsOptions,
  describeOnBackends,
  loadReference,
} from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { loadDiffusersPipeline } from './load-pipeline.ts';

/** The recorded folders. */
const recorded = createFileStorage(new URL('../../../../fixtures/reference', import.meta.url).pathname);

const ddimTiny = 'pipelines/ddim_tiny';

/** A whole folder, loaded and sampled in one call each, gives the recorded image. */
export function describeDdimTiny(options?: DescribeOnBackendsOptions): void {
  describeOnBackends(
    'the pipeline ddim_tiny',
    () => {
      test('samples what diffusers sampled', async () => {
        const io = await loadReference(`${ddimTiny}/io.safetensors`);
        const noise = io.get('noise.0')!;
        const initialNoise = tf.tidy(
          () => tf.tensor(noise.data, [...noise.shape], 'float32').transpose([0, 2, 3, 1]) as tf.Tensor4D,
        );
        const pipeline = await loadDiffusersPipeline(recorded, ddimTiny);
        const rng = createRandomStream(0);
        const images = await pipeline.sample({ count: 1, rng, numInferenceSteps: 5, initialNoise });
        const shown = images.div(2).add(0.5).clipByValue(0, 1);
        const { data, shape } = io.get('images_nhwc')!;
        await expect(shown).toBeAllClose(tf.tensor(data, [...shape]), { rtol: 5e-3, atol: 1e-4 });
        pipeline.dispose();
      });
    },
    options,
  );
}
