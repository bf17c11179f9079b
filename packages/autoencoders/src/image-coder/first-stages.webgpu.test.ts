import { describeTrainStep } from '@tintype/core-tensor/testing';
import { describeAutoencoderKlReference } from '../autoencoder-kl/reference.test-support.ts';
import { createTinyAutoencoderKl } from '../autoencoder-kl/tiny-autoencoder-kl.test-support.ts';
import { describeVqModelReference } from '../vq-model/reference.test-support.ts';
import { createTinyVqModel } from '../vq-model/tiny-vq-model.test-support.ts';

// In one file, for their layers have the same shapes: a software adapter takes seconds to compile the pipelines of one.
describeAutoencoderKlReference(['webgpu']);
describeVqModelReference(['webgpu']);
describeTrainStep('AutoencoderKl', () => createTinyAutoencoderKl(), {
  backends: ['webgpu'],
  steps: 1,
  leakSteps: 2,
});
describeTrainStep('VqModel', () => createTinyVqModel(), { backends: ['webgpu'], steps: 1, leakSteps: 2 });
