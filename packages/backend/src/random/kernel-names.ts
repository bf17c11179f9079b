/** One name per operation, registered for every backend. */
export const randomKernels = {
  bits: 'TintypeRandomBits',
  uniform: 'TintypeRandomUniform',
  normal: 'TintypeRandomNormal',
} as const;

export type RandomKernel = (typeof randomKernels)[keyof typeof randomKernels];
