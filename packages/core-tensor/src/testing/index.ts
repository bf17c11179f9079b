export {
  type AllCloseOptions,
  type DescribeOnBackendsOptions,
  describeOnBackends,
  expectAllClose,
  type GpuGuard,
  guardGpu,
  isRequired,
} from '@tintype/backend/testing';
export {
  type CreateGenerator,
  type DescribeGeneratorOptions,
  describeGenerator,
  type GenerateRequest,
  type GeneratorSystem,
} from './describe-generator.ts';
export { type DescribeTrainStepOptions, describeTrainStep, isLong } from './describe-train-step.ts';
export { expectNoLeaks } from './expect-no-leaks.ts';
export { loadReference, type ReferenceTensor, type ReferenceTensors } from './load-reference.ts';
export { measurePeakBytes } from './measure-peak-bytes.ts';
export { assertAllClose, type CloseTolerance, type Comparable } from './to-be-all-close.ts';
export type { CreateSystem, TrainableSystem } from './train-step-checks.ts';
