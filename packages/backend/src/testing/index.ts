export { type DescribeOnBackendsOptions, describeOnBackends } from './describe-on-backends.ts';
export { type DescribeOnThreadsOptions, describeOnThreads } from './describe-on-threads.ts';
export { type AllCloseOptions, expectAllClose } from './expect-all-close.ts';
export { expectGradients, type GradientTolerance } from './expect-gradients.ts';
export { type GpuGuard, guardGpu } from './gpu-guard.ts';
export { loadReferenceJson } from './load-reference-json.ts';
export { isRequired, probeWebgpu } from './probe-webgpu.ts';
export { offerSoftwareVulkan } from './software-vulkan.ts';
