import { type BackendName, createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import {
  expectGradients,
  loadRecording,
  lossTolerance,
  outputTolerance,
  referenceModels,
} from '../image-coder/reference.test-support.ts';
import { gaussianKl, gaussianNegativeLogLikelihood, sampleGaussian } from './diagonal-gaussian.ts';
import { loadAutoencoderKl } from './diffusers-folder.ts';

const folder = 'autoencoder_kl_basic';

/** Everything that was recorded of diffusers' AutoencoderKL, replayed with its folder. */
export function describeAutoencoderKlReference(backends: readonly BackendName[]): void {
  describeOnBackends(
    'AutoencoderKl against diffusers',
    () => {
      test('posterior, decoder, terms and loss are the recorded ones, and so are the gradients', async () => {
        const { model } = await loadAutoencoderKl(referenceModels, folder, createRandomStream(0));
        const recording = await loadRecording(folder);
        const { at, numbers } = recording;
        const posterior = model.encode(at('x'));
        const moments = tf.concat([posterior.mu, posterior.logVar], 3);
        await expect(moments, 'moments').toBeAllClose(at('moments'), outputTolerance);
        await expect(posterior.mu, 'mean').toBeAllClose(at('mean'), outputTolerance);
        await expect(posterior.logVar, 'logvar').toBeAllClose(at('logvar'), outputTolerance);
        const std = posterior.logVar.div(2).exp();
        await expect(std, 'std').toBeAllClose(at('std'), outputTolerance);
        const z = sampleGaussian(posterior, at('noise'));
        await expect(z, 'z').toBeAllClose(at('z'), outputTolerance);
        await expect(gaussianKl(posterior), 'kl').toBeAllClose(numbers('kl'), lossTolerance);
        const nll = gaussianNegativeLogLikelihood(posterior, at('decode_in'));
        await expect(nll, 'nll').toBeAllClose(numbers('nll_of_zs'), lossTolerance);

        const decoded = model.decode(at('decode_in'));
        await expect(decoded, 'decode').toBeAllClose(at('decode_out'), outputTolerance);
        const throughSample = model.decode(z);
        await expect(throughSample, 'reconstruction').toBeAllClose(at('reconstruction'), outputTolerance);
        const throughMean = model.reconstruct(at('x'));
        await expect(throughMean, 'mode').toBeAllClose(at('forward_mode_output'), outputTolerance);

        const target = at('x');
        const loss = (images: tf.Tensor4D): tf.Scalar => {
          const q = model.encode(images);
          const rebuilt = model.decode(sampleGaussian(q, at('noise')));
          return tf.squaredDifference(rebuilt, target).mean().add(gaussianKl(q).mean().mul(0.01));
        };
        await expect(loss(target), 'loss').toBeAllClose(numbers('loss'), lossTolerance);
        await expectGradients(recording, model.parameters, loss);
        model.dispose();
      });
    },
    { backends },
  );
}
