import { describeTrainStep } from '@tintype/core-tensor/testing';
import { createTinyVqVae } from './tiny-vq-vae.test-support.ts';

describeTrainStep('VQ-VAE with averaged codes', () => createTinyVqVae());
describeTrainStep('VQ-VAE with codes by loss', () => createTinyVqVae({ codebookUpdate: 'loss' }));
describeTrainStep('VQ-VAE in slices', () => createTinyVqVae({}, { accumulate: 2 }));
describeTrainStep('VQ-VAE', () => createTinyVqVae(), { backends: ['webgpu'], steps: 2, leakSteps: 4 });
