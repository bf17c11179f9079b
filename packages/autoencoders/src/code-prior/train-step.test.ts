import { describeTrainStep } from '@tintype/core-tensor/testing';
import { architectures, createTinySystem } from './tiny-code-prior.test-support.ts';

for (const architecture of architectures) {
  describeTrainStep(`code prior, ${architecture}`, () => createTinySystem(architecture));
}
