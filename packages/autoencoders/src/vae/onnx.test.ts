import { createRandomStream, type tf } from '@tintype/core-tensor';
import { exportOnnx } from '@tintype/core-tensor/onnx';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { defaultVaeConfig } from './config.ts';
import { createVae } from './vae.ts';

const small = { ...defaultVaeConfig, imageSize: 8, latentDim: 3 };

describeOnBackends(
  'the decoder as an ONNX file',
  () => {
    for (const architecture of ['mlp', 'conv'] as const) {
      test(`it makes the images of the model (${architecture})`, async () => {
        const rng = createRandomStream(1);
        const model = createVae({ ...small, architecture, convChannels: [2, 3], hiddenUnits: [6] }, rng);
        const file = await exportOnnx({
          inputs: { latents: { shape: ['batch', 3] } },
          run: ({ latents }) => ({ images: model.decode(latents as tf.Tensor2D) }),
          parameters: model.parameters,
        });
        const session = await InferenceSession.create(file, { intraOpNumThreads: 1 });
        for (const batch of [1, 3]) {
          const latents = rng.normal<tf.Rank.R2>([batch, 3]);
          const fed = { latents: new Tensor('float32', latents.dataSync(), latents.shape) };
          const { images } = await session.run(fed);
          expect(images!.dims).toEqual([batch, 8, 8, 1]);
          expect(images!.data as Float32Array).toBeAllClose(model.decode(latents));
        }
        model.dispose();
      });
    }
  },
  { backends: ['wasm'] },
);
