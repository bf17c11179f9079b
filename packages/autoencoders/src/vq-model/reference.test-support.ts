import { type BackendName, createRandomStream, type RandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import {
  expectGradients,
  loadRecording,
  lossTolerance,
  outputTolerance,
  referenceModels,
} from '../image-coder/reference.test-support.ts';
import { loadVqModel, type VqModelTraining } from './diffusers-folder.ts';
import { vqModelLoss } from './loss.ts';

const folder = 'vq_basic';
const rng: RandomStream = createRandomStream(0);

/** Everything that was recorded of diffusers' VQModel, replayed with its folder. */
export function describeVqModelReference(backends: readonly BackendName[]): void {
  describeOnBackends(
    'VqModel against diffusers',
    () => {
      test('latents, indices, images and losses are the recorded ones, and so are the gradients', () =>
        replayVqModel());
    },
    { backends },
  );
}

/** @param training Other than that of the recording it must not pass. */
export async function replayVqModel(training?: VqModelTraining): Promise<void> {
  const { model } = await loadVqModel(referenceModels, folder, rng, training);
  try {
    const recording = await loadRecording(folder);
    const { at, numbers } = recording;
    const latents = model.encode(at('x'));
    await expect(latents, 'latents').toBeAllClose(at('latents'), outputTolerance);
    const { quantized, codeIndices, loss: codebookLoss } = model.quantizer.quantize(latents);
    expect([...(await codeIndices.data())], 'indices').toEqual([...numbers('indices')]);
    await expect(quantized, 'quantized').toBeAllClose(at('quantized'), outputTolerance);
    const rebuilt = model.reconstruct(at('x'));
    await expect(rebuilt, 'decoded').toBeAllClose(at('decoded'), outputTolerance);
    const fromCodec = model.codec.decode(latents);
    await expect(fromCodec, 'codec').toBeAllClose(at('decoded'), outputTolerance);
    const notRounded = model.decode(at('decode_no_quantise_in'));
    await expect(notRounded, 'not rounded').toBeAllClose(at('decode_no_quantise_out'), outputTolerance);
    await expect(codebookLoss, 'codebook').toBeAllClose(numbers('codebook_loss'), lossTolerance);

    const target = at('x');
    const { total } = vqModelLoss(model, target).losses;
    await expect(total, 'loss').toBeAllClose(numbers('loss'), lossTolerance);
    // The recorded gradient takes the images as a constant target.
    await expectGradients(recording, model.parameters, (images) => {
      const q = model.quantizer.quantize(model.encode(images));
      return tf.squaredDifference(model.decode(q.quantized), target).mean<tf.Scalar>().add(q.loss);
    });
  } finally {
    model.dispose();
  }
}
