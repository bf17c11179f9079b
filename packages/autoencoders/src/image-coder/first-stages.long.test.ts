import { describeTrainStep } from '@tintype/core-tensor/testing';
import { createTinyAutoencoderKl } from '../autoencoder-kl/tiny-autoencoder-kl.test-support.ts';
import { createTinyVqModel } from '../vq-model/tiny-vq-model.test-support.ts';

// On a software adapter these take a minute.
const options = { backends: ['webgpu'], steps: 2, leakSteps: 20 } as const;
describeTrainStep('AutoencoderKl', () => createTinyAutoencoderKl(), options);
describeTrainStep('VqModel', () => createTinyVqModel(), options);
