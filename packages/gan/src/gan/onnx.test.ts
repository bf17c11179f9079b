import { createRandomStream, type tf } from '@tintype/core-tensor';
import { exportOnnx } from '@tintype/core-tensor/onnx';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { createGan } from './gan.ts';
import { tinyGanConfig } from './tiny-gan.test-support.ts';

describeOnBackends(
  'the generator as an ONNX file',
  () => {
    test('it makes the images of the model, with the running statistics of its batch norms', async () => {
      const rng = createRandomStream(1);
      const { latentDim } = tinyGanConfig;
      const model = createGan(tinyGanConfig, rng);
      // Three passes in training mode move the statistics.
      for (let i = 0; i < 3; i++) model.generator(rng.normal([4, latentDim]), { isTraining: true }).dispose();
      const file = await exportOnnx({
        inputs: { latents: { shape: ['batch', latentDim] } },
        run: ({ latents }) => ({ images: model.generate(latents as tf.Tensor2D) }),
        parameters: model.parameters,
      });
      const session = await InferenceSession.create(file, { intraOpNumThreads: 1 });
      for (const batch of [1, 3]) {
        const latents = rng.normal<tf.Rank.R2>([batch, latentDim]);
        const fed = { latents: new Tensor('float32', latents.dataSync(), latents.shape) };
        const { images } = await session.run(fed);
        expect(images!.dims).toEqual([batch, 8, 8, 1]);
        expect(images!.data as Float32Array).toBeAllClose(model.generate(latents));
      }
      model.dispose();
    });
  },
  { backends: ['wasm'] },
);
