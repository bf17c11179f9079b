import { describeTrainStep } from '@tintype/core-tensor/testing';
import { createSmallSystem, smallSystems } from './small-systems.test-support.ts';

for (const [name, each] of Object.entries(smallSystems)) {
  describeTrainStep(name, () => createSmallSystem(each), {
    steps: 20,
    leakSteps: 10_000,
    ...(each.settlingSteps && { settlingSteps: each.settlingSteps }),
  });
}
