import { describeTrainStep } from '@tintype/core-tensor/testing';
import { createTinyAutoencoder } from './tiny-autoencoder.test-support.ts';

// On a software adapter this takes half a minute.
describeTrainStep('autoencoder', () => createTinyAutoencoder(), {
  backends: ['webgpu'],
  steps: 2,
  leakSteps: 20,
});
