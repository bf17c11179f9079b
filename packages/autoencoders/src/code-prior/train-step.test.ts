import { describeTrainStep } from '@tintype/core-tensor/testing';
import { architectures, createTinySystem } from './tiny-code-prior.test-support.ts';

for (const architecture of architectures) {
  describeTrainStep(`code prior, ${architecture}`, () => createTinySystem(architecture));
}

describeTrainStep('code prior in slices', () => createTinySystem('transformer', { accumulate: 2 }), {
  backends: ['cpu'],
});
